# Golden numbers for tests/models/test_unidiff_golden.py, from R and independent of this project.
#
#   Rscript make_unidiff.R         in this folder; writes unidiff_expected.csv and unidiff_tables.csv
#   made with R 4.2.2, gnm 1.1-2, qvcalc; Debian: apt-get install r-base-core r-cran-gnm r-cran-qvcalc
#
# gnm::gnm fits every model with a tolerance far below its default. Companions without a product of parameters are
# fitted by glm. Standard errors are those of gnm (expected information), quasi-variances those of qvcalc.
# Tables: examples/mobility_tables/data, and two that are drawn here (unidiff_tables.csv): `sparse`, 7 x 7 x 10 with many
# zeros, and `turned`, 5 x 5 x 4, whose last layer has an association that runs the other way. Nobody is in these two.

suppressMessages({library(gnm); library(qvcalc)})
lines <- list()
put <- function(case, quantity, name, value)
  lines[[length(lines) + 1]] <<- data.frame(case, quantity, name, value = sprintf("%.17g", value))

# ---- tables ----------------------------------------------------------------------------------------------------------
cells <- read.csv("../../examples/mobility_tables/data/mobility_tables.csv", colClasses = "character")
cells$count <- as.numeric(cells$count)
of <- function(name) {
  d <- cells[cells$table == name, c("origin", "destination", "layer", "count")]
  for (v in c("origin", "destination", "layer")) d[[v]] <- factor(d[[v]], unique(d[[v]]))
  aggregate(count ~ origin + destination + layer, d, sum)
}
drawn <- function(name, size, layers, strengths, people, seed) {
  set.seed(seed)
  x <- scale(matrix(rnorm(size^2), size), scale = FALSE); x <- t(scale(t(x), scale = FALSE))
  d <- expand.grid(origin = factor(1:size), destination = factor(1:size), layer = factor(1:layers))
  eta <- strengths[d$layer] * x[cbind(d$origin, d$destination)] + rnorm(size * layers, 0, 0.4)[interaction(d$origin, d$layer)] +
    rnorm(size * layers, 0, 0.4)[interaction(d$destination, d$layer)]
  d$count <- rpois(nrow(d), people * exp(eta) / sum(exp(eta)))
  cbind(table = name, d)
}
sparse <- drawn("sparse", 7, 10, exp(rnorm(10, 0, 0.3)), 2500, 11)
turned <- drawn("turned", 5, 4, c(1, 0.6, 1.3, -0.5), 4000, 12)
write.csv(rbind(sparse, turned), "unidiff_tables.csv", row.names = FALSE, quote = FALSE)

# ---- fits ------------------------------------------------------------------------------------------------------------
tight <- function(formula, d, ...) {
  environment(formula) <- environment()
  for (seed in 1:20) {
    set.seed(seed)
    m <- try(gnm(formula, family = poisson, data = d, tolerance = 1e-13, iterMax = 5000, verbose = FALSE, trace = FALSE, ...), TRUE)
    if (!inherits(m, "try-error") && !is.null(m) && m$converged) return(m)
  }
  stop("no fit of ", deparse(formula))
}
fit_of <- function(case, m, n) {
  put(case, "deviance", "", deviance(m)); put(case, "df", "", df.residual(m))
  put(case, "pearson", "", sum(residuals(m, "pearson")^2))
  put(case, "bic", "", deviance(m) - df.residual(m) * log(n))
}
layers_of <- function(case, m, d, base = 1) {
  at <- pickCoef(m, "^Mult\\(Exp\\(\\.\\)")
  contrasts <- suppressWarnings(getContrasts(m, at, ref = as.numeric(seq_along(at) == base), check = FALSE))
  if (is.list(contrasts) && !is.data.frame(contrasts)) contrasts <- contrasts$qvframe
  for (k in seq_along(at)) {
    put(case, "log_beta", levels(d$layer)[k], contrasts$estimate[k]); put(case, "std_error", levels(d$layer)[k], contrasts$SE[k])
    if (length(at) > 2) put(case, "quasi_variance", levels(d$layer)[k], contrasts$quasiVar[k])
  }
}
unidiff <- function(case, d, pattern, base = 1, ...) {
  m <- tight(as.formula(paste("count ~ layer:origin + layer:destination + Mult(Exp(layer),", pattern, ")")), d, ...)
  fit_of(case, m, sum(d$count)); layers_of(case, m, d, base)
  invisible(m)
}
# a smaller epsilon would be the tolerance of the rank too, and let glm keep columns that are none
plain <- function(formula, d) suppressWarnings(glm(formula, poisson, d, control = glm.control(1e-9, 200)))
other <- function(case, d, more = "") {
  m <- plain(as.formula(paste("count ~ layer:origin + layer:destination", more)), d)
  fit_of(case, m, sum(d$count))
  invisible(m)
}

yaish <- droplevels(subset(of("yaish"), destination != "7"))
erikson <- of("erikson_7"); nine <- of("erikson"); hg <- of("hazelrigg_garnier"); yam <- of("yamaguchi")
# Levels of Xie (1992) for the seven classes, as in the vignette of gnm
topo <- matrix(c(2, 3, 4, 6, 5, 6, 6,  3, 3, 4, 6, 4, 5, 6,  4, 4, 2, 5, 5, 5, 5,  6, 6, 5, 1, 6, 5, 2,
                 4, 4, 5, 6, 3, 4, 5,  5, 4, 5, 5, 3, 3, 5,  6, 6, 5, 3, 5, 4, 1), 7, byrow = TRUE)
erikson$level <- factor(topo[cbind(erikson$origin, erikson$destination)])

other("yaish/independence", yaish)
other("yaish/common", yaish, "+ origin:destination")
unidiff("yaish/unidiff", yaish, "origin:destination")
unidiff("yaish/base_3", yaish, "origin:destination", base = 3)
halves <- transform(yaish, count = count * (0.5 + as.integer(layer) / 7))
suppressWarnings(unidiff("yaish/weighted", halves, "origin:destination"))

other("erikson_7/independence", erikson)
other("erikson_7/common", erikson, "+ origin:destination")
unidiff("erikson_7/unidiff", erikson, "origin:destination")
other("erikson_7/levels_constant", erikson, "+ level")
unidiff("erikson_7/levels_unidiff", erikson, "level")
other("erikson_7/levels_separate", erikson, "+ level:layer")
unidiff("erikson_7/symmetric_unidiff", erikson, "Symm(origin, destination)")
other("erikson_7/symmetric_constant", erikson, "+ Symm(origin, destination)")
unidiff("erikson_7/diagonal_excluded", subset(erikson, as.integer(origin) != as.integer(destination)), "origin:destination")
holes <- subset(erikson, !(origin == "IVc" & destination == "V/VI") & !(origin == "VIIb" & destination == "III"))
unidiff("erikson_7/structural_zeros", holes, "origin:destination")
unidiff("erikson/unidiff", nine, "origin:destination")
unidiff("hazelrigg_garnier/unidiff", hg, "origin:destination")
unidiff("yamaguchi/unidiff", yam, "origin:destination")
unidiff("yamaguchi/diagonal_excluded", subset(yam, as.integer(origin) != as.integer(destination)), "origin:destination")
unidiff("yamaguchi/diagonal_uniform", transform(yam, u = as.integer(origin) * as.integer(destination), g = Diag(origin, destination)),
        "(u + g)")
unidiff("sparse/unidiff", sparse, "origin:destination")

# ---- an association that may run the other way: no logarithm ------------------------------------------------------------
m <- tight(count ~ layer:origin + layer:destination + Mult(layer, origin:destination), turned)
fit_of("turned/unidiff", m, sum(turned$count))
b <- coef(m)[pickCoef(m, "^Mult\\(\\., origin:destination\\)")]
for (k in 1:4) put("turned/unidiff", "beta", k, b[k] / b[1])

# ---- X of yaish, centred, with its errors -------------------------------------------------------------------------------
m <- tight(count ~ layer:origin + layer:destination + Mult(Exp(layer), origin:destination), yaish)
first <- coef(m)[pickCoef(m, "^Mult\\(Exp\\(\\.\\)")][1]
x <- matrix(coef(m)[pickCoef(m, "^Mult\\(Exp\\(layer\\), \\.\\)")] * exp(first), 7)
x <- sweep(x, 1, rowMeans(x)); x <- sweep(x, 2, colMeans(x))
for (i in 1:7) for (j in 1:6) put("yaish/unidiff", "association", paste(i, j), x[i, j])

# ---- two-way tables --------------------------------------------------------------------------------------------------------
h <- of("hauser")
h$i <- as.integer(h$origin); h$j <- as.integer(h$destination)
h$c1 <- NULL
for (c in 1:4) h[[paste0("c", c)]] <- as.numeric(pmin(h$i, h$j) <= c & pmax(h$i, h$j) > c)
two <- function(case, more) {
  m <- plain(as.formula(paste("count ~ origin + destination", more)), h)
  fit_of(case, m, sum(h$count))
}
two("hauser/independence", "")
two("hauser/uniform", "+ i:j")
two("hauser/rows", "+ origin:j")
two("hauser/columns", "+ destination:i")
for (c in 2:5) h[[paste0("s", c)]] <- (h$i == c) * (h$j - 1) + (h$j == c) * (h$i - 1)
two("hauser/slopes", "+ s2 + s3 + s4 + s5")
two("hauser/slopes_diagonal", "+ s2 + s3 + s4 + s5 + Diag(origin, destination)")
two("hauser/diagonal", "+ Diag(origin, destination)")
two("hauser/symmetric", "+ Symm(origin, destination)")
two("hauser/crossings", "+ c1 + c2 + c3 + c4")
two("hauser/crossings_diagonal", "+ c1 + c2 + c3 + c4 + Diag(origin, destination)")
two("hauser/uniform_diagonal", "+ i:j + Diag(origin, destination)")
write.csv(do.call(rbind, lines), "unidiff_expected.csv", row.names = FALSE, quote = FALSE)
