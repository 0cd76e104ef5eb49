# Rscript peer.R FOLDER: MASS::glm.nb and sandwich on the files of flow_design.py; prints seconds, then the coefficients
suppressMessages({library(MASS); library(sandwich)})
folder <- commandArgs(trailingOnly = TRUE)[1]
read <- function(name) {
  path <- file.path(folder, name)
  readBin(path, "double", file.size(path) / 8)
}
y <- read("counts.bin")
off <- read("offset.bin")
X <- matrix(read("columns.bin"), nrow = length(y))
seconds <- system.time({
  fit <- glm.nb(y ~ X + offset(off))
  robust <- sandwich(fit)
})[["elapsed"]]
cat(sprintf("%.17g", c(seconds, coef(fit), -log(fit$theta))), sep = "\n")
