# Golden numbers for tests/models/test_raking.py, from R's loglin and independent of this project.
#
#   Rscript make_raking.R          in this folder; writes raking_expected.csv
#   made with R 4.2.2, base packages only
#
# An array of 3 regions x 4 occupations x 5 industries (made here, some cells 0) raked to the sums by region and
# occupation, by region and industry, and by occupation and industry of another array with the same zeros.

set.seed(4)
shape <- c(3, 4, 5)
start <- round(array(rlnorm(60, 2, 1), shape), 2)
start[c(7, 20, 41)] <- 0
other <- round(start * array(rlnorm(60, 0, 0.5), shape), 2)
fitted <- loglin(other, list(c(1, 2), c(1, 3), c(2, 3)), fit = TRUE, start = start, eps = 1e-13, iter = 1000,
                 print = FALSE)$fit
places <- which(array(TRUE, shape), arr.ind = TRUE) - 1
digits <- function(x) trimws(formatC(as.vector(x), digits = 15, format = "g"))
out <- data.frame(region = places[, 1], occupation = places[, 2], industry = places[, 3], start = digits(start),
                  other = digits(other), raked = digits(fitted))
write.csv(out, "raking_expected.csv", row.names = FALSE, quote = FALSE)
