# Golden numbers for tests/models/test_negbin.py, from R and independent of this project.
#
#   Rscript make_negbin.R          in this folder; writes negbin_expected.csv and negbin_quine.csv
#   made with R 4.2.2, MASS 7.3-58.2, sandwich 3.0-2; Debian: apt-get install r-base-core r-cran-mass r-cran-sandwich
#
# MASS::glm.nb gives the coefficients and theta = 1 / alpha, followed by Newton steps until they vanish. Covariances follow
# from the observed information of (beta, ln alpha), written out below from digamma and trigamma and checked against
# differences of the gradient, with the factors that Stata documents for nbreg: n/(n-1) and, clustered, g/(g-1).
# Samples: MASS::quine; negbin_london.csv: moves between London boroughs in the year before the 2011 Census, all ages,
# by ONS area classification; negbin_regions.csv: moves between the regions of England, Wales and Scotland, 2012-2022,
# ONS (Open Government Licence v3.0; the City of London counts with Westminster, E09000033; miles between centroids). negbin_underdispersed.csv is simulated (binomial counts): nobody is in it.

suppressMessages({library(MASS); library(sandwich)})

lines <- list()
put <- function(model, quantity, name, value)
  lines[[length(lines) + 1]] <<- data.frame(model, quantity, name = names_of(name), value = sprintf("%.17g", value))
names_of <- function(b) {
  b[b == "(Intercept)"] <- "constant"
  sub("^(Eth|Sex|Age|Lrn|year|origin|destination_group)(?=.)", "", b, perl = TRUE)
}
# epsilon = 1e-14 is at the limit of doubles: glm goes on to its last iteration there and says that it did not converge
tight <- suppressWarnings
near <- function(a, b, tolerance) stopifnot(max(abs(a / b - 1)) < tolerance)

# ---- log likelihood and its derivatives in (beta, tau = ln alpha) ----------------------------------------------------
loglik <- function(p, X, y, off) {
  k <- ncol(X); theta <- exp(-p[k + 1]); m <- exp(drop(X %*% p[1:k]) + off)
  sum(dnbinom(y, size = theta, mu = m, log = TRUE))
}
scores <- function(p, X, y, off) {
  k <- ncol(X); a <- exp(p[k + 1]); th <- 1 / a; m <- exp(drop(X %*% p[1:k]) + off)
  s <- (y - m) / (1 + a * m)
  cbind(X * s, s + th * (log1p(a * m) - digamma(y + th) + digamma(th)))
}
information <- function(p, X, y, off) {
  k <- ncol(X); a <- exp(p[k + 1]); th <- 1 / a; m <- exp(drop(X %*% p[1:k]) + off)
  q <- a * m
  s <- (y - m) / (1 + q)
  bb <- crossprod(X, X * (m * (1 + a * y) / (1 + q)^2))
  bt <- crossprod(X, s * q / (1 + q))
  second <- -s * q / (1 + q) - th * (log1p(q) - digamma(y + th) + digamma(th)) +
    th * (q / (1 + q) - th * (trigamma(th) - trigamma(y + th)))
  rbind(cbind(bb, bt), c(bt, -sum(second)))
}
check_derivatives <- function(p, X, y, off) {
  p <- p + 0.01
  h <- 1e-5
  moved <- function(i, by) replace(p, i, p[i] + by)
  slope <- sapply(seq_along(p), function(i) (loglik(moved(i, h), X, y, off) - loglik(moved(i, -h), X, y, off)) / (2 * h))
  g <- colSums(scores(p, X, y, off))
  stopifnot(max(abs(slope - g)) < 1e-6 * max(abs(g)))
  H <- sapply(seq_along(p), function(i)
    (colSums(scores(moved(i, h), X, y, off)) - colSums(scores(moved(i, -h), X, y, off))) / (2 * h))
  I <- information(p, X, y, off)
  stopifnot(max(abs(H + I)) < 1e-7 * max(abs(I)))
}

record <- function(model, formula, data, cluster) {
  f <- tight(glm.nb(formula, data, control = glm.control(epsilon = 1e-14, maxit = 200)))
  X <- model.matrix(f); y <- f$y
  off <- if (is.null(f$offset)) rep(0, length(y)) else model.offset(model.frame(f))
  p <- c(coef(f), ln_alpha = -log(f$theta))
  check_derivatives(p, X, y, off)
  for (step in 1:6) p <- p + solve(information(p, X, y, off), colSums(scores(p, X, y, off)), tol = 1e-30)
  stopifnot(max(abs(p - c(coef(f), -log(f$theta)))) < 1e-6)
  n <- length(y); bread <- solve(information(p, X, y, off), tol = 1e-30); u <- scores(p, X, y, off)
  sums <- rowsum(u, cluster); g <- nrow(sums)
  V <- list(classical = bread, robust = n / (n - 1) * bread %*% crossprod(u) %*% bread,
            clustered = g / (g - 1) * bread %*% crossprod(sums) %*% bread)
  # sandwich has the expected information of beta alone: near, not equal
  near(sqrt(diag(V$robust))[1:ncol(X)], sqrt(diag(sandwich(f))), 0.25)
  put(model, "params", names(p), p)
  for (kind in names(V)) put(model, kind, names(p), sqrt(diag(V[[kind]])))
  put(model, "log_likelihood", "", loglik(p, X, y, off))
  near(loglik(p, X, y, off), as.numeric(logLik(f)), 1e-10)
  poisson <- tight(glm(formula, poisson, data, control = glm.control(epsilon = 1e-14, maxit = 200)))
  put(model, "log_likelihood_poisson", "", as.numeric(logLik(poisson)))
  put(model, "n", "", n); put(model, "clusters", "", g)
  put(model, "fitted", "", exp(drop(X %*% p[1:ncol(X)]) + off)[1:5])
}

record_poisson <- function(model, formula, data, cluster) {
  f <- tight(glm(formula, poisson, data, control = glm.control(epsilon = 1e-14, maxit = 200)))
  n <- length(f$y); g <- length(unique(cluster))
  put(model, "params", names(coef(f)), coef(f))
  put(model, "classical", names(coef(f)), sqrt(diag(vcov(f))))
  put(model, "robust", names(coef(f)), sqrt(n / (n - 1) * diag(sandwich(f))))
  put(model, "clustered", names(coef(f)), sqrt(g / (g - 1) * diag(vcovCL(f, cluster, type = "HC0", cadjust = FALSE))))
  put(model, "log_likelihood", "", as.numeric(logLik(f)))
}

write.csv(quine, "negbin_quine.csv", row.names = FALSE, quote = FALSE)
record("quine", Days ~ Eth + Sex + Age + Lrn, quine, paste(quine$Eth, quine$Age, quine$Lrn))

london <- read.csv("negbin_london.csv")
london$destination_group <- relevel(factor(london$destination_group), "London Cosmopolitan")
record("london", moves ~ same_group + log(miles) + destination_group + offset(log(movers)), london, london$origin)
record("london_boroughs", moves ~ same_group + log(miles) + destination_group + origin, london, london$destination)

regions <- read.csv("negbin_regions.csv")
regions$year <- factor(regions$year)
record("regions", moves ~ year + origin, regions, paste(regions$origin, regions$destination))

under <- read.csv("negbin_underdispersed.csv")
record_poisson("underdispersed", y ~ x + z + offset(log(population)), under, under$group)

write.csv(do.call(rbind, lines), "negbin_expected.csv", row.names = FALSE)
