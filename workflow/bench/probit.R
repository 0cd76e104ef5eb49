# Rscript probit.R FOLDER: glm and hand-coded average marginal effects with their delta-method errors on the files of
# models.py; prints seconds, then the effects and their errors. A discrete change for columns of 0 and 1, else a slope.
folder <- commandArgs(trailingOnly = TRUE)[1]
read <- function(name) {
  path <- file.path(folder, name)
  readBin(path, "double", file.size(path) / 8)
}
y <- read("outcome.bin")
X <- matrix(read("columns.bin"), nrow = length(y))
binary <- apply(X, 2, function(x) all(x %in% 0:1)) & seq_len(ncol(X)) > 1
seconds <- system.time({
  m <- glm(y ~ X - 1, family = binomial(probit))
  b <- coef(m); V <- vcov(m)
  eta <- drop(X %*% b); d <- dnorm(eta)
  effects <- numeric(ncol(X)); J <- matrix(0, ncol(X), ncol(X))
  for (j in seq_len(ncol(X))[-1]) {
    if (binary[j]) {
      e0 <- eta - X[, j] * b[j]; e1 <- e0 + b[j]; d0 <- dnorm(e0); d1 <- dnorm(e1)
      effects[j] <- mean(pnorm(e1) - pnorm(e0))
      J[j, ] <- colMeans((d1 - d0) * X)
      J[j, j] <- mean(d1)
    } else {
      effects[j] <- mean(d) * b[j]
      J[j, ] <- colMeans(-eta * d * b[j] * X)
      J[j, j] <- J[j, j] + mean(d)
    }
  }
  errors <- sqrt(diag(J %*% V %*% t(J)))
})[["elapsed"]]
cat(sprintf("%.17g", c(seconds, effects[-1], errors[-1])), sep = "\n")
