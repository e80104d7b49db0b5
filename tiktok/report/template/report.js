// One button for all code. Without scripts there is no button, and each fold still opens by itself.
const folds = document.querySelectorAll("details.code");
const button = document.createElement("button");
button.type = "button";
const say = (shown) => {
  button.textContent = shown ? "Hide all code" : "Show all code";
  button.setAttribute("aria-pressed", shown);
};
button.addEventListener("click", () => {
  const shown = button.getAttribute("aria-pressed") !== "true";
  folds.forEach((fold) => { fold.open = shown; });
  say(shown);
});
say(false);
document.querySelector("nav").append(button);
