# Golden numbers for tests/models/test_sparse.py, from R and independent of this project.
#
#   Rscript make_sparse.R          in this folder; writes sparse_sample.csv and sparse_expected.csv
#   made with R 4.2.2, sandwich 3.0-2; Debian: apt-get install r-base-core r-cran-sandwich
#
# A small earnings function in the form of LMI for All, C.7.3: log weekly pay of 700 employees (simulated: nobody is in
# it) on age and its square, male, region, industry, occupation, occupation x male, industry x second year, occupation x
# second year. Nobody of occupation o9 is a man and industry i5 stands in region r4 alone with it, so that two
# coefficients cannot be estimated; o12 has no row in the second year.
# Coefficients by lm (NA for the later of collinear columns), errors by sandwich::vcovHC type HC1, vcovCL type HC1 by
# person, and vcov; the same with weights.

suppressMessages(library(sandwich))
set.seed(14)
n <- 700
d <- data.frame(person = sample(1:520, n, TRUE), age = sample(16:70, n, TRUE), male = rbinom(n, 1, 0.5),
                second = rbinom(n, 1, 0.5), region = sample(1:5, n, TRUE), industry = sample(1:6, n, TRUE),
                occupation = sample(1:14, n, TRUE), weight = round(runif(n, 0.3, 2.4), 3))
d$male[d$occupation == 9] <- 0
d$second[d$occupation == 12] <- 0
d$region[d$industry == 5] <- 4
d$industry[d$region == 4] <- 5
d$log_pay <- round(5 + 0.09 * d$age - 0.001 * d$age^2 + 0.2 * d$male + 0.05 * d$occupation + 0.03 * d$industry +
                     rnorm(n, 0, 0.2 + 0.05 * d$industry), 5)
write.csv(d, "sparse_sample.csv", row.names = FALSE, quote = FALSE)

d <- read.csv("sparse_sample.csv")
for (of in c("region", "industry", "occupation")) d[[of]] <- factor(d[[of]])
# The columns in the order of C.7.3; an interaction has no column for the reference.
X <- cbind(1, d$age, d$age^2, d$male, model.matrix(~ region, d)[, -1], model.matrix(~ industry, d)[, -1],
           model.matrix(~ occupation, d)[, -1], model.matrix(~ occupation, d)[, -1] * d$male,
           model.matrix(~ industry, d)[, -1] * d$second, model.matrix(~ occupation, d)[, -1] * d$second)
out <- NULL
for (weighted in c(FALSE, TRUE)) {
  w <- if (weighted) d$weight / mean(d$weight) else rep(1, n)
  m <- lm(d$log_pay ~ X - 1, weights = w)
  there <- !is.na(coef(m))
  small <- lm(d$log_pay ~ X[, there] - 1, weights = w)
  errors <- list(classical = vcov(small), robust = vcovHC(small, type = "HC1"),
                 clustered = vcovCL(small, cluster = d$person, type = "HC1"))
  for (kind in names(errors)) {
    row <- data.frame(weighted = weighted, kind = kind, place = seq_along(coef(m)) - 1, estimate = coef(m), error = NA)
    row$error[there] <- sqrt(diag(errors[[kind]]))
    out <- rbind(out, row)
  }
}
for (of in c("estimate", "error")) out[[of]] <- trimws(formatC(out[[of]], digits = 15, format = "g"))
write.csv(out, "sparse_expected.csv", row.names = FALSE, quote = FALSE)
