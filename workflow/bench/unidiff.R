# Rscript unidiff.R TABLE.csv: the layer model by gnm with `eliminate`. Prints its least seconds of 5 at its default
# tolerance and, of a fit at 1e-10, deviance, ln beta and errors.
suppressMessages(library(gnm))
d <- read.csv(commandArgs(trailingOnly = TRUE)[1])
for (v in c("layer", "origin", "destination")) d[[v]] <- factor(d[[v]])
d$row <- d$layer:d$origin
fit <- function(tolerance = 1e-06) {
  set.seed(1)
  gnm(Freq ~ layer:destination + Mult(Exp(layer), origin:destination), eliminate = row, family = poisson, data = d,
      tolerance = tolerance, verbose = FALSE, trace = FALSE)
}
m <- fit(1e-10)
times <- replicate(5, system.time(fit())[["elapsed"]])
at <- pickCoef(m, "^Mult\\(Exp\\(\\.\\)")
layers <- suppressWarnings(getContrasts(m, at, ref = "first", check = FALSE))
layers <- if (is.data.frame(layers)) layers else layers$qvframe
cat(sprintf("%.17g", c(min(times), deviance(m), layers$estimate, layers$SE)), sep = "\n")
