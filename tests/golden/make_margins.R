# Golden numbers for tests/test_margins.py, from R and independent of this project.
#
#   Rscript make_margins.R         in this folder; writes margins_sample.csv and margins_expected.csv
#   made with R 4.2.2, MASS 7.3-58.2, sandwich 3.0-2; Debian: apt-get install r-base-core r-cran-mass r-cran-sandwich
#
# One sample of 1,200 persons in 60 areas (simulated: nobody is in it) with an outcome of each kind: employed (0/1), log
# pay (a number), moves (a count, years of exposure). Regressors: mover, male, parents (3 levels), age and its square,
# mover x male, mover x parents, mover x (age, age squared). Models: logit, probit (also weighted), lm, glm.nb.
#
# Coefficients: lm; glm and glm.nb followed by Newton steps on the observed information until they vanish. Covariances,
# clustered by area: lm by sandwich::vcovCL type HC1, whose factor g/(g-1) (n-1)/(n-k) is that of Stata's `regress`;
# the others written out on the observed information with Stata's factor g/(g-1) (vcovCL of a glm takes the expected
# information: the same for the logit, which is checked, another number for the probit).
# Effects: means over data frames in which every row is given a value (`at`), differences of them, over all rows or over
# the rows of a group; derivatives by age from the formula. Delta method: derivatives of those means by the coefficients
# from central differences with Richardson's extrapolation, not from a formula.

suppressMessages({library(MASS); library(sandwich)})
set.seed(20)
n <- 1200
areas <- sample(1:60, n, TRUE)
d <- data.frame(area = areas, mover = rbinom(n, 1, 0.4), male = rbinom(n, 1, 0.5),
                parents = sample(c("top", "middle", "routine"), n, TRUE, c(0.4, 0.25, 0.35)),
                age = sample(25:41, n, TRUE), years = round(runif(n, 1, 9), 2), weight = round(runif(n, 0.4, 2.2), 3))
u <- rnorm(60)[areas]
eta <- 0.1 + 0.3 * d$mover - 0.1 * d$male + 0.4 * (d$parents == "top") + 0.35 * d$mover * d$male -
  0.2 * d$mover * (d$parents == "middle") + 0.02 * (d$age - 33) + 0.2 * u
d$employed <- rbinom(n, 1, pnorm(eta))
d$log_pay <- round(7 + 0.3 * eta + rnorm(n, 0, 0.5), 4)
d$moves <- rnbinom(n, size = 1.4, mu = d$years * exp(-1.2 + 0.5 * eta))
write.csv(d, "margins_sample.csv", row.names = FALSE, quote = FALSE)

d <- read.csv("margins_sample.csv")
d$parents <- factor(d$parents, levels = c("routine", "top", "middle"))
terms <- ~ mover + male + parents + age + I(age^2) + mover:male + mover:parents + mover:age + mover:I(age^2)
X <- model.matrix(terms, d)
g <- length(unique(d$area)); k <- ncol(X)

names_of <- function(b) {
  b <- sub("parents", "", b)
  b[b == "(Intercept)"] <- "constant"
  gsub(":", "#", sub("I(age^2)", "age_squared", b, fixed = TRUE))
}
lines <- list()
put <- function(model, quantity, name, value)
  lines[[length(lines) + 1]] <<- data.frame(model, quantity, name = names_of(name), value = sprintf("%.17g", value))
near <- function(a, b, tolerance) stopifnot(max(abs(a / b - 1)) < tolerance)

# ---- scores and observed information by the linear predictor --------------------------------------------------------
binary <- function(family, w) list(
  score = function(b) {
    e <- drop(X %*% b); q <- 2 * d$employed - 1
    X * w * (if (family == "logit") d$employed - plogis(e) else q * dnorm(q * e) / pnorm(q * e))
  },
  information = function(b) {
    e <- drop(X %*% b); q <- 2 * d$employed - 1; l <- q * dnorm(q * e) / pnorm(q * e)
    crossprod(X, X * (w * if (family == "logit") dlogis(e) else l * (l + e)))
  })
counts <- function() list(
  score = function(p) {
    a <- exp(p[k + 1]); th <- 1 / a; m <- exp(drop(X %*% p[1:k])) * d$years; s <- (d$moves - m) / (1 + a * m)
    cbind(X * s, s + th * (log1p(a * m) - digamma(d$moves + th) + digamma(th)))
  },
  information = function(p) {
    a <- exp(p[k + 1]); th <- 1 / a; m <- exp(drop(X %*% p[1:k])) * d$years; q <- a * m; s <- (d$moves - m) / (1 + q)
    bt <- crossprod(X, s * q / (1 + q))
    second <- -s * q / (1 + q) - th * (log1p(q) - digamma(d$moves + th) + digamma(th)) +
      th * (q / (1 + q) - th * (trigamma(th) - trigamma(d$moves + th)))
    rbind(cbind(crossprod(X, X * (m * (1 + a * d$moves) / (1 + q)^2)), bt), c(bt, -sum(second)))
  })
maximum <- function(parts, start) {
  p <- start
  for (step in 1:8) p <- p + solve(parts$information(p), colSums(parts$score(p)), tol = 1e-30)
  stopifnot(max(abs(p - start)) < 1e-5, max(abs(colSums(parts$score(p)))) < 1e-7)
  sums <- rowsum(parts$score(p), d$area); bread <- solve(parts$information(p), tol = 1e-30)
  V <- g / (g - 1) * bread %*% crossprod(sums) %*% bread
  list(b = p[1:k], V = V[1:k, 1:k])
}

# ---- effects: named means of the coefficients -----------------------------------------------------------------------
with <- function(...) { e <- d; for (name in names(list(...))) e[[name]][] <- list(...)[[name]]; model.matrix(terms, e) }
ones <- rep(TRUE, n)
effects_of <- function(F, f, w) {
  mean_of <- function(x, rows) sum((w * x)[rows]) / sum(w[rows])
  change <- function(x1, x0) function(b, rows) mean_of(F(drop(x1 %*% b)) - F(drop(x0 %*% b)), rows)
  mover <- change(with(mover = 1), with(mover = 0))
  given <- function(...) change(with(mover = 1, ...), with(mover = 0, ...))
  at_male <- list(given(male = 1), given(male = 0))
  at_parents <- lapply(c(top = "top", middle = "middle", routine = "routine"), function(p) given(parents = p))
  simple <- list(male = change(with(male = 1), with(male = 0)),
                 top = change(with(parents = "top"), with(parents = "routine")),
                 middle = change(with(parents = "middle"), with(parents = "routine")))
  by_age <- function(b, rows) {
    v <- setNames(b, colnames(X))
    slope <- v["age"] + 2 * v["I(age^2)"] * d$age + d$mover * (v["mover:age"] + 2 * v["mover:I(age^2)"] * d$age)
    mean_of(f(drop(X %*% b)) * slope, rows)
  }
  is <- function(p) d$parents == p
  function(b) {
    out <- c(mover = mover(b, ones), sapply(simple, function(h) h(b, ones)), age = by_age(b, ones),
             women = mover(b, d$male == 0), men = mover(b, d$male == 1),
             sapply(c(of_top = "top", of_middle = "middle", of_routine = "routine"), function(p) mover(b, is(p))),
             age_movers = by_age(b, d$mover == 1), age_stayers = by_age(b, d$mover == 0),
             as_men = at_male[[1]](b, ones), as_women = at_male[[2]](b, ones))
    c(out, men_women = out[["men"]] - out[["women"]], top_routine = out[["of_top"]] - out[["of_routine"]],
      middle_routine = out[["of_middle"]] - out[["of_routine"]],
      age_movers_stayers = out[["age_movers"]] - out[["age_stayers"]],
      r_mover_r_male = out[["as_men"]] - out[["as_women"]],
      r_mover_r_top = at_parents$top(b, ones) - at_parents$routine(b, ones),
      r_mover_r_middle = at_parents$middle(b, ones) - at_parents$routine(b, ones))
  }
}
richardson <- function(h, b) {
  t(sapply(seq_along(b), function(j) {
    step <- 1e-3 * max(abs(b[j]), 1e-4)
    central <- function(s) { u <- b; v <- b; u[j] <- u[j] + s; v[j] <- v[j] - s; (h(u) - h(v)) / (2 * s) }
    a <- lapply(0:3, function(i) central(step / 2^i))
    for (order in 1:3) a <- lapply(seq_len(length(a) - 1), function(i) a[[i + 1]] + (a[[i + 1]] - a[[i]]) / (4^order - 1))
    a[[1]]
  }))
}
record <- function(model, b, V, F, f, w = rep(1, n)) {
  put(model, "params", colnames(X), b)
  put(model, "errors", colnames(X), sqrt(diag(V)))
  effects <- effects_of(F, f, w)
  J <- richardson(effects, unname(b))
  put(model, "effects", names(effects(b)), effects(b))
  put(model, "effect_errors", names(effects(b)), sqrt(diag(t(J) %*% V %*% J)))
}

control <- glm.control(epsilon = 1e-14, maxit = 200)
for (family in c("logit", "probit")) {
  start <- suppressWarnings(glm(update(terms, employed ~ .), binomial(family), d, control = control))
  found <- maximum(binary(family, rep(1, n)), coef(start))
  if (family == "logit")
    near(sqrt(diag(found$V)), sqrt(diag(vcovCL(start, cluster = d$area, type = "HC0", cadjust = TRUE))), 1e-6)
  record(family, found$b, found$V, list(logit = plogis, probit = pnorm)[[family]],
         list(logit = dlogis, probit = dnorm)[[family]])
}
w <- d$weight / mean(d$weight)
start <- suppressWarnings(glm(update(terms, employed ~ .), binomial("probit"), d, weights = w, control = control))
found <- maximum(binary("probit", w), coef(start))
record("probit_weighted", found$b, found$V, pnorm, dnorm, w)

linear <- lm(update(terms, log_pay ~ .), d)
V <- vcovCL(linear, cluster = d$area, type = "HC1")
sums <- rowsum(X * resid(linear), d$area); bread <- solve(crossprod(X), tol = 1e-30)
near(sqrt(diag(V)), sqrt(diag(g / (g - 1) * (n - 1) / (n - k) * bread %*% crossprod(sums) %*% bread)), 1e-6)
record("ols", coef(linear), V, identity, function(e) rep(1, length(e)))
put("ols", "r_squared", "", summary(linear)$r.squared)
put("ols", "log_likelihood", "", as.numeric(logLik(linear)))

start <- suppressWarnings(glm.nb(update(terms, moves ~ . + offset(log(years))), d, control = control))
found <- maximum(counts(), c(coef(start), -log(start$theta)))
# Effects on expected counts: the exposure as it is.
record("nbreg", found$b, found$V, function(e) exp(e) * d$years, function(e) exp(e) * d$years)

write.csv(do.call(rbind, lines), "margins_expected.csv", row.names = FALSE, quote = FALSE)
cat(R.version.string, "sandwich", format(packageVersion("sandwich")), "MASS", format(packageVersion("MASS")), "\n")
