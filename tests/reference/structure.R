# What influence.py, composition.py, specifications.py and explore.compare_quartiles compute, the plain way, in
# base R:  Rscript tests/reference/structure.R data/sample/2022-07.csv > tests/reference/structure.csv
options(digits = 17, warn = 2)
raw <- read.csv(commandArgs(TRUE)[1], check.names = FALSE, colClasses = "character", encoding = "UTF-8")
raw <- raw[!duplicated(raw$Username), ]
count <- function(text) {
  unit <- c(K = 1e3, M = 1e6)[sub("[0-9.]+", "", text)]
  round(as.numeric(sub("[KM]", "", text)) * ifelse(is.na(unit), 1, unit))
}
find <- function(word) count(raw[[grep(word, names(raw))[1]]])
df <- data.frame(subscribers = find("^Subscribers"), views = find("^Views"), likes = find("^Likes"),
                 comments = find("^Comments"), shares = find("^Shares"))
df$interactions <- df$likes + df$comments + df$shares
df$engagement <- df$views + df$interactions
metrics <- c("subscribers", "views", "likes", "comments", "shares")
put <- function(what, which, value) cat(sprintf("%s,%s,%.17g\n", what, which, value), sep = "")
cat("what,which,value\n")
put("rows", "creators", nrow(df))

without_each <- function(x, y) vapply(seq_along(x), function(i) cor(x[-i], y[-i]), 0)
for (feature in metrics[-5]) {
  x <- df[[feature]]; y <- df$shares
  left <- without_each(x, y)
  put("leave_one_out", paste0(feature, c(" lowest", " highest", " mean")), c(min(left), max(left), mean(left)))
  for (step in 1:20) {
    out <- which.max(abs(without_each(x, y) - cor(x, y)))
    x <- x[-out]; y <- y[-out]
    put("leave_out", paste(feature, step), cor(x, y))
  }
}

wholes <- list(engagement = metrics[-1], interactions = metrics[3:5])
for (whole in names(wholes)) for (part in wholes[[whole]]) {
  share <- df[[part]] / df[[whole]]
  name <- paste(whole, part)
  put("pooled", name, sum(df[[part]]) / sum(df[[whole]]))
  put(c("q05", "q25", "median", "q75", "q95"), name, quantile(share, c(0.05, 0.25, 0.5, 0.75, 0.95)))
  rest <- df[[whole]] - df[[part]]
  put("rest pearson", name, cor(df[[part]], rest))
  put("rest spearman", name, cor(df[[part]], rest, method = "spearman"))
  put("rest pearson_log", name, cor(log1p(df[[part]]), log1p(rest)))
  put("rest pearson_log_p", name, cor.test(log1p(df[[part]]), log1p(rest))$p.value)
}

for (by in c("engagement", "interactions")) {
  quarter <- findInterval(df[[by]], quantile(df[[by]], c(0.25, 0.5, 0.75)))
  for (feature in metrics) {
    test <- kruskal.test(df[[feature]], quarter)
    put("kruskal", paste(by, feature), test$statistic)
    put("kruskal_p", paste(by, feature), test$p.value)
  }
}

top <- Reduce(`|`, lapply(df[metrics], function(v) v > quantile(v, 0.99)))
logs <- log1p(df[metrics])
fence <- Reduce(`|`, lapply(logs, function(v) {
  q <- quantile(v, c(0.25, 0.75))
  v < q[1] - 1.5 * diff(q) | v > q[2] + 1.5 * diff(q)
}))
clip <- function(v) pmin(pmax(v, quantile(v, 0.01)), quantile(v, 0.99))
rules <- list("without the top 1 %" = df[!top, ], "inside log fences" = df[!fence, ], "winsorised" = as.data.frame(lapply(df, clip)))
for (rule in names(rules)) for (feature in metrics[-5]) {
  kept <- rules[[rule]]
  put(paste("n", rule), feature, nrow(kept))
  put(paste("pearson", rule), feature, cor(kept[[feature]], kept$shares))
  put(paste("spearman", rule), feature, cor(kept[[feature]], kept$shares, method = "spearman"))
}
