# Golden intervals for tests/cells/test_intervals.py, from R and independent of this project.
#
#   Rscript make_intervals.R       in this folder; writes intervals_expected.csv (made with R 4.2.2, survey 4.1-1)
#   Debian: apt-get install r-base-core r-cran-survey
#
# survey::svyciprop(method = "beta") is the interval of Korn and Graubard (1998) without their cap of the effective sample
# size; where it is above the rows, the same quantiles are taken at the rows. intervals_sample.csv is simulated: sample
# `few` has 20 persons, `weighted` 60 with weights, `even` 12 whose shares lie nearer than chance would have them.

suppressMessages(library(survey))

set.seed(20)
draw <- function(sample, persons, rows, p, spread) {
  own <- rbeta(persons, p * spread, (1 - p) * spread)
  person <- rep(seq_len(persons), times = sample.int(rows, persons, replace = TRUE))
  data.frame(sample, person, y = rbinom(length(person), 1, own[person]), weight = 1)
}
few <- draw("few", 20, 5, 0.3, 1.5)
weighted <- draw("weighted", 60, 4, 0.15, 3)
weighted$weight <- round(0.5 + runif(nrow(weighted)), 3)
even <- data.frame(sample = "even", person = rep(1:12, each = 4), y = rep(c(1, 0, 0, 0), 12), weight = 1)
even$y[c(2, 9)] <- c(1, 0)
rows <- rbind(few, weighted, even)
write.csv(rows, "intervals_sample.csv", row.names = FALSE, quote = FALSE)

expected <- lapply(split(rows, rows$sample), function(d) {
  design <- svydesign(ids = ~person, weights = ~weight, data = d)
  found <- svyciprop(~y, design, method = "beta")
  p <- coef(found)[[1]]
  size <- p * (1 - p) / c(attr(found, "var")) * (qt(0.975, nrow(d) - 1) / qt(0.975, degf(design)))^2
  m <- min(size, nrow(d))
  bounds <- c(qbeta(0.025, m * p, m * (1 - p) + 1), qbeta(0.975, m * p + 1, m * (1 - p)))
  if (m == size) stopifnot(max(abs(bounds - attr(found, "ci"))) < 1e-12)
  data.frame(sample = d$sample[1], share = p, std_error = sqrt(c(attr(found, "var"))), rows = nrow(d), size = m,
             low = bounds[1], high = bounds[2])
})
expected <- do.call(rbind, expected)
expected[-1] <- lapply(expected[-1], function(x) sprintf("%.17g", x))
write.csv(expected, "intervals_expected.csv", row.names = FALSE, quote = FALSE)
