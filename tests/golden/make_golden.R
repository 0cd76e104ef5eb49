# Golden numbers for tests/models/test_golden.py, from R and independent of this project.
#
#   Rscript make_golden.R          in this folder; writes progression_expected.csv (made with R 4.2.2, sandwich 3.0-2)
#   Debian: apt-get install r-base-core r-cran-sandwich
#
# lm and glm give the coefficients. Covariances of lm come from vcov and sandwich (HC1 and clustered HC1: Stata's
# `regress`); those of logit and probit from the formulas written out below, with Stata's factors, n/(n-1) and g/(g-1), on
# the observed information, and marginal effects from counterfactual predictions with a numerical delta method. Each is
# checked against a second route where R has one (`stopifnot`).
# progression_sample.csv (3,239 rows of 900 persons) and separated_sample.csv (260 rows) are simulated: nobody is in them.

suppressMessages(library(sandwich))

levels7 <- c("gcse", "postgraduate", "undergraduate", "other_he", "post16_school", "less_than_gcse", "no_qualifications")
raw <- read.csv("progression_sample.csv", na.strings = "")
raw$qualification <- factor(raw$qualification, levels = levels7)
regressors <- outcome ~ age + I(age^2) + female + qualification + trained_12m + non_permanent + tenure + small_firm +
  origin_share_change
sample <- raw[complete.cases(raw), ]
names_of <- function(b) {
  b <- sub("^qualification", "", b)
  b[b == "(Intercept)"] <- "constant"
  b[b == "I(age^2)"] <- "age_squared"
  sub("^region", "", b)
}

lines <- list()
put <- function(model, quantity, name, value)
  lines[[length(lines) + 1]] <<- data.frame(model, quantity, name = names_of(name), value = sprintf("%.17g", value))
errors <- function(model, quantity, V) put(model, quantity, rownames(V), sqrt(diag(V)))
near <- function(a, b, tolerance) stopifnot(max(abs(a / b - 1)) < tolerance)

# ---- derivatives of the log likelihood by the linear predictor -------------------------------------------------------
score_of <- function(family, y, eta) {
  if (family == "logit") return(y - plogis(eta))
  q <- 2 * y - 1
  q * dnorm(q * eta) / pnorm(q * eta)
}
curvature_of <- function(family, y, eta) {
  if (family == "logit") return(plogis(eta) * (1 - plogis(eta)))
  l <- score_of("probit", y, eta)
  l * (l + eta)
}

# glm to its own convergence, then Newton steps on the observed information until they vanish
likelihood_fit <- function(family, formula, data, weights = NULL) {
  data$.w <- if (is.null(weights)) 1 else weights / mean(weights)
  start <- suppressWarnings(glm(formula, binomial(link = family), data, weights = .w,
                                control = glm.control(epsilon = 1e-14, maxit = 200)))
  X <- model.matrix(start)
  y <- start$y
  b <- coef(start)
  for (step in 1:5) {
    eta <- drop(X %*% b)
    H <- crossprod(X, X * (data$.w * curvature_of(family, y, eta)))
    b <- b + solve(H, crossprod(X, data$.w * score_of(family, y, eta)), tol = 1e-30)[, 1]
  }
  stopifnot(max(abs(b - coef(start))) < 1e-5)
  eta <- drop(X %*% b)
  H <- crossprod(X, X * (data$.w * curvature_of(family, y, eta)))
  p <- if (family == "logit") plogis(eta) else pnorm(eta)
  list(b = b, X = X, y = y, score = data$.w * score_of(family, y, eta), bread = solve(H, tol = 1e-30), glm = start,
       loglik = sum(data$.w * ifelse(y == 1, log(p), log1p(-p))))
}
robust <- function(f) {
  n <- length(f$y)
  n / (n - 1) * f$bread %*% crossprod(f$X * f$score) %*% f$bread
}
clustered <- function(f, id) {
  sums <- rowsum(f$X * f$score, id)
  g <- nrow(sums)
  g / (g - 1) * f$bread %*% crossprod(sums) %*% f$bread
}

# ---- linear probability model ---------------------------------------------------------------------------------------
linear <- lm(regressors, sample)
n <- nrow(sample); k <- length(coef(linear))
put("ols", "params", names(coef(linear)), coef(linear))
errors("ols", "classical", vcov(linear))
hc1 <- vcovHC(linear, "HC1")
Xl <- model.matrix(linear)
written_out <- n / (n - k) * solve(crossprod(Xl)) %*% crossprod(Xl * resid(linear)) %*% solve(crossprod(Xl))
near(sqrt(diag(hc1)), sqrt(diag(written_out)), 1e-7)
errors("ols", "robust", hc1)
by_person <- vcovCL(linear, cluster = sample$person, type = "HC1")
sums <- rowsum(Xl * resid(linear), sample$person); g <- nrow(sums)
written_out <- g / (g - 1) * (n - 1) / (n - k) * solve(crossprod(Xl)) %*% crossprod(sums) %*% solve(crossprod(Xl))
near(sqrt(diag(by_person)), sqrt(diag(written_out)), 1e-7)
errors("ols", "clustered", by_person)
put("ols", "r_squared", "", summary(linear)$r.squared)
put("ols", "log_likelihood", "", as.numeric(logLik(linear)))
put("ols", "share_outside", "", mean(fitted(linear) < 0 | fitted(linear) > 1))

# weights w: weighted least squares, robust errors as `regress [pweight]`
weighted <- lm(regressors, sample, weights = weight)
put("ols_weighted", "params", names(coef(weighted)), coef(weighted))
errors("ols_weighted", "robust", vcovHC(weighted, "HC1"))
errors("ols_weighted", "clustered", vcovCL(weighted, cluster = sample$person, type = "HC1"))

# ---- logit and probit -----------------------------------------------------------------------------------------------
for (family in c("logit", "probit")) {
  f <- likelihood_fit(family, regressors, sample)
  put(family, "params", names(f$b), f$b)
  errors(family, "classical", f$bread)
  errors(family, "robust", robust(f))
  errors(family, "clustered", clustered(f, sample$person))
  put(family, "log_likelihood", "", f$loglik)
  put(family, "pseudo_r_squared", "", 1 - f$loglik / as.numeric(logLik(glm(outcome ~ 1, binomial, sample))))
  if (family == "logit") {
    near(sqrt(diag(f$bread)), sqrt(diag(vcov(f$glm))), 1e-6)
    near(sqrt(diag(robust(f))), sqrt(n / (n - 1) * diag(sandwich(f$glm))), 1e-6)
    near(sqrt(diag(clustered(f, sample$person))),
         sqrt(diag(vcovCL(f$glm, cluster = sample$person, type = "HC0", cadjust = TRUE))), 1e-6)
  }
  w <- likelihood_fit(family, regressors, sample, sample$weight)
  put(paste0(family, "_weighted"), "params", names(w$b), w$b)
  errors(paste0(family, "_weighted"), "robust", robust(w))
  errors(paste0(family, "_weighted"), "clustered", clustered(w, sample$person))
}

# ---- average marginal effects: counterfactual data frames, derivatives by central differences (Richardson) --------
richardson <- function(h, b) {
  t(sapply(seq_along(b), function(j) {
    step <- 1e-3 * max(abs(b[j]), 1e-4)
    central <- function(s) { u <- b; v <- b; u[j] <- u[j] + s; v[j] <- v[j] - s; (h(u) - h(v)) / (2 * s) }
    a <- lapply(0:3, function(i) central(step / 2^i))
    for (order in 1:3) a <- lapply(seq_len(length(a) - 1), function(i) a[[i + 1]] + (a[[i + 1]] - a[[i]]) / (4^order - 1))
    a[[1]]
  }))
}
design_with <- function(change) {
  data <- sample
  for (column in names(change)) data[[column]] <- change[[column]]
  model.matrix(regressors, data)
}
effects_of <- function(F, f) {
  pairs <- list()
  for (column in c("female", "trained_12m", "non_permanent", "small_firm"))
    pairs[[column]] <- list(design_with(setNames(list(1), column)), design_with(setNames(list(0), column)))
  for (level in levels7[-1])
    pairs[[level]] <- list(design_with(list(qualification = factor(level, levels7))),
                           design_with(list(qualification = factor("gcse", levels7))))
  X <- model.matrix(regressors, sample)
  function(b) {
    density <- f(drop(X %*% b))
    named <- setNames(b, colnames(X))
    c(age = mean(density * (named[["age"]] + 2 * named[["I(age^2)"]] * sample$age)),
      tenure = mean(density * named[["tenure"]]),
      origin_share_change = mean(density * named[["origin_share_change"]]),
      sapply(pairs, function(p) mean(F(drop(p[[1]] %*% b)) - F(drop(p[[2]] %*% b)))))
  }
}
for (family in c("ols", "logit", "probit")) {
  F <- list(ols = identity, logit = plogis, probit = pnorm)[[family]]
  d <- list(ols = function(eta) rep(1, length(eta)), logit = dlogis, probit = dnorm)[[family]]
  effects <- effects_of(F, d)
  if (family == "ols") { b <- coef(linear); V <- by_person }
  else { fitted_model <- likelihood_fit(family, regressors, sample); b <- fitted_model$b
         V <- clustered(fitted_model, sample$person) }
  put(family, "margins", names(effects(b)), effects(b))
  J <- richardson(effects, b)
  put(family, "margins_error", names(effects(b)), sqrt(diag(t(J) %*% V %*% J)))
}

# ---- predicted probability of described persons (logit, clustered): the baseline person, and the same at age 30 ---
f <- likelihood_fit("logit", regressors, sample); V <- clustered(f, sample$person)
person_at <- function(age) model.matrix(regressors, data.frame(outcome = 0, age = age, female = 0,
  qualification = factor("gcse", levels7), trained_12m = 0, non_permanent = 0, tenure = mean(sample$tenure), small_firm = 0,
  origin_share_change = mean(sample$origin_share_change)))[1, ]
base <- person_at(mean(sample$age)); thirty <- person_at(30)
gradient <- function(x) dlogis(sum(x * f$b)) * x
put("logit", "profile", c("base", "thirty"), c(plogis(sum(base * f$b)), plogis(sum(thirty * f$b))))
put("logit", "profile_error", c("base", "thirty"),
    sapply(list(base, thirty), function(x) sqrt(drop(gradient(x) %*% V %*% gradient(x)))))
difference <- gradient(thirty) - gradient(base)
put("logit", "profile_error", "change", sqrt(drop(difference %*% V %*% difference)))

# ---- fixed effects: least squares on deviations from persons' means; factor g/(g-1) (n-1)/(n-k), k with a constant ---
within <- function(x) x - ave(x, sample$person)
moving <- setdiff(colnames(Xl), c("(Intercept)", "female", grep("^qualification", colnames(Xl), value = TRUE)))
W <- apply(Xl[, moving], 2, within); yw <- within(sample$outcome)
inverse <- solve(crossprod(W), tol = 1e-30); bw <- drop(inverse %*% crossprod(W, yw)); e <- yw - drop(W %*% bw)
dummies <- lm(update(regressors, . ~ . - female - qualification + factor(person)), sample)
stopifnot(max(abs(coef(dummies)[moving] - bw)) < 1e-8)
kw <- length(moving) + 1
Vw <- g / (g - 1) * (n - 1) / (n - kw) * inverse %*% crossprod(rowsum(W * e, sample$person)) %*% inverse
put("ols_fixed_effects", "params", moving, bw)
put("ols_fixed_effects", "clustered", moving, sqrt(diag(Vw)))
put("ols_fixed_effects", "r_squared", "", 1 - sum(e^2) / sum(yw^2))

# ---- perfect prediction: `separated_sample.csv` reduced by hand, as Stata's logit would -----------------------------
separated <- read.csv("separated_sample.csv")
left <- subset(separated, non_permanent == 0)                # non_permanent != 0 predicts failure perfectly
stopifnot(all(left$outcome[left$region == "west"] == 1))     # only now does west predict success perfectly
left <- subset(left, region != "west")
left$region <- factor(left$region, levels = c("north", "south", "east"))
f <- likelihood_fit("logit", outcome ~ age + region + small_firm, left)
put("separated", "params", names(f$b), f$b)
errors("separated", "robust", robust(f))
put("separated", "n", "", nrow(left))

put("sample", "n", "", n); put("sample", "clusters", "", g)
write.csv(do.call(rbind, lines), "progression_expected.csv", row.names = FALSE, quote = FALSE)
cat(R.version.string, "sandwich", format(packageVersion("sandwich")), "\n")
