# The closed-form statistics of explore, creators, regression and diagnostics, computed by R.
#   python tests/reference/make_reference.py    runs this on the sample, and on the real July list where it is at hand
# Reads a cleaned list (columns: metrics, sums, mark_* as 0/1), writes what,target,feature,value to the standard output.
suppressPackageStartupMessages({library(sandwich); library(lmtest); library(nlme)})
options(warn = 2)
df <- read.csv(commandArgs(TRUE)[1])
metrics <- c("subscribers", "views", "likes", "comments", "shares")
wholes <- c("engagement", "interactions")
features_of <- list(shares = metrics[-5], engagement = metrics, interactions = metrics)
marks <- grep("^mark_", names(df), value = TRUE)
put <- function(what, target, feature, value) cat(sprintf("%s,%s,%s,%.17g\n", what, target, feature, as.numeric(value)), sep = "")
cat("what,target,feature,value\n")
put("rows", "", "", nrow(df))

# Correlations: Pearson with Fisher's interval; Spearman with Bonett and Wright's (2000) standard error.
spearman <- function(x, y) {
  test <- cor.test(x, y, method = "spearman", exact = FALSE)
  rho <- unname(test$estimate)
  half <- qnorm(0.975) * sqrt((1 + rho^2 / 2) / (length(x) - 3))
  list(estimate = rho, p.value = test$p.value, conf.int = tanh(atanh(rho) + c(-half, half)))
}
asked <- list(
  pearson = function(x, y) cor.test(x, y),
  spearman = spearman,
  pearson_log = function(x, y) cor.test(log1p(x), log1p(y))
)
for (target in names(features_of)) for (coefficient in names(asked)) {
  features <- features_of[[target]]
  tests <- lapply(features, function(feature) asked[[coefficient]](df[[feature]], df[[target]]))
  p <- sapply(tests, function(test) test$p.value)
  put(coefficient, target, features, sapply(tests, function(test) test$estimate))
  put(paste0(coefficient, "_low"), target, features, sapply(tests, function(test) test$conf.int[1]))
  put(paste0(coefficient, "_high"), target, features, sapply(tests, function(test) test$conf.int[2]))
  put(paste0(coefficient, "_p"), target, features, p)
  put(paste0(coefficient, "_p_holm"), target, features, p.adjust(p, "holm"))
  put(paste0(coefficient, "_p_fdr_bh"), target, features, p.adjust(p, "BH"))
}

# Two groups: Mann and Whitney's p; the probability of superiority with Brunner and Munzel's (2000) interval, by hand.
superiority <- function(inside, outside) {
  n <- length(inside); m <- length(outside)
  ranks <- rank(c(inside, outside))
  place_in <- ranks[seq_len(n)] - rank(inside)
  place_out <- ranks[-seq_len(n)] - rank(outside)
  p <- mean(place_in) / m
  s_in <- var(place_in) / m^2; s_out <- var(place_out) / n^2
  error <- sqrt(s_in / n + s_out / m)
  freedom <- error^4 / ((s_in / n)^2 / (n - 1) + (s_out / m)^2 / (m - 1))
  limits <- p + c(-1, 1) * qt(0.975, freedom) * error
  c(p, pmax(limits[1], 0), pmin(limits[2], 1), wilcox.test(inside, outside, exact = FALSE)$p.value)
}
for (whole in wholes) {
  top <- df[[whole]] >= quantile(df[[whole]], 0.75)
  groups <- sapply(metrics, function(feature) superiority(df[[feature]][top], df[[feature]][!top]))
  for (i in 1:4) put(c("superiority", "superiority_low", "superiority_high", "superiority_p")[i], whole, metrics, groups[i, ])
  put("superiority_p_holm", whole, metrics, p.adjust(groups[4, ], "holm"))
  quarter <- findInterval(df[[whole]], quantile(df[[whole]], c(0.25, 0.5, 0.75)))
  kruskal <- lapply(metrics, function(feature) kruskal.test(df[[feature]], quarter))
  put("kruskal", whole, metrics, sapply(kruskal, function(test) test$statistic))
  put("kruskal_p", whole, metrics, sapply(kruskal, function(test) test$p.value))
}

# Marks of the profile, all questions adjusted together.
many <- marks[sapply(marks, function(mark) min(sum(df[[mark]]), sum(!df[[mark]])) >= 10)]
questions <- expand.grid(mark = many, whole = wholes, stringsAsFactors = FALSE)
answers <- mapply(function(mark, whole) superiority(df[[whole]][df[[mark]] == 1], df[[whole]][df[[mark]] == 0]), questions$mark, questions$whole)
for (i in 1:4) put(c("mark", "mark_low", "mark_high", "mark_p")[i], questions$whole, sub("mark_", "", questions$mark), answers[i, ])
put("mark_p_fdr_bh", questions$whole, sub("mark_", "", questions$mark), p.adjust(answers[4, ], "BH"))

# Skewness, adjusted for the size of the sample (G1).
skewness <- function(x) {
  n <- length(x); d <- x - mean(x)
  sqrt(n * (n - 1)) / (n - 2) * mean(d^3) / mean(d^2)^1.5
}
for (column in c(metrics, wholes)) {
  put("skew", "", column, skewness(df[[column]]))
  put("skew_log", "", column, skewness(log1p(df[[column]])))
}

# Regressions on logs with HC3 errors and their diagnostics.
flags <- paste0("mark_", c("name_not_latin", "name_has_emoji", "handle_has_dot", "handle_has_digit", "says_official"))
regress <- function(target, counts, flags = character()) {
  right <- c(sprintf("log1p(%s)", counts), flags)
  model <- lm(reformulate(right, sprintf("log(%s)", target)), df)
  labels <- c("const", paste0("log_", counts), sub("mark_", "", flags))
  errors <- sqrt(diag(vcovHC(model, type = "HC3")))
  put("ols", target, labels, coef(model))
  put("ols_se", target, labels, errors)
  put("ols_p", target, labels, 2 * pnorm(-abs(coef(model) / errors)))
  put("ols_low", target, labels, coef(model) - qnorm(0.975) * errors)
  put("ols_high", target, labels, coef(model) + qnorm(0.975) * errors)
  put("ols_r2", target, "", summary(model)$r.squared)
  if (length(right) > 1) {
    columns <- model.matrix(model)[, -1]
    vif <- sapply(seq_len(ncol(columns)), function(i) 1 / (1 - summary(lm(columns[, i] ~ columns[, -i]))$r.squared))
    put("vif", target, labels[-1], vif)
  }
  variance <- bptest(model)
  put(c("breusch_pagan", "breusch_pagan_p"), target, "", c(variance$statistic, variance$p.value))
  # RESET on powers of centred fitted values: the same test, without their near-collinearity.
  df$centred <- fitted(model) - mean(fitted(model))
  bent <- update(model, . ~ . + I(centred^2) + I(centred^3), data = df)
  reset <- waldtest(model, bent, vcov = function(m) vcovHC(m, type = "HC3"))
  put(c("reset_hc3", "reset_hc3_p"), target, "", c(reset$F[2], reset[["Pr(>F)"]][2]))
}
regress("engagement", "subscribers", flags)
regress("interactions", c("subscribers", "views"))
regress("shares", metrics[-5])

# A mixed model of a made-up panel that the test makes by the same formula: creators 1 to 30, months 1 to 4.
panel <- expand.grid(creator = 1:30, month = 1:4)
panel$level <- with(panel, sin(creator) + 0.5 * cos(7 * creator + 3 * month))
panel$level <- panel$level - ave(panel$level, panel$month)
mixed <- lme(level ~ 1, random = ~ 1 | creator, data = panel, control = lmeControl(tolerance = 1e-12, msTol = 1e-14))
put(c("between", "within"), "panel", "", c(getVarCov(mixed), mixed$sigma^2))
