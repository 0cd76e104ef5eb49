# Golden numbers for tests/cells/test_medians.py, test_odds.py and test_design.py, from R and independent of this project.
#
#   Rscript make_design.R          in this folder; writes design_sample.csv and design_expected.csv
#   made with R 4.2.2, survey 4.1-1; Debian: apt-get install r-base-core r-cran-survey
#
# design_sample.csv is simulated (nobody is in it): persons in 400 households in 12 strata, of which one has a single
# household, in two years; a household may be there in both. Pay is heaped at whole numbers and missing for a third.
# Shares: svymean of a domain, clustered by household, without and with strata (survey.lonely.psu = "adjust").
# Medians: svyquantile, qrule "school" (step) and "hf4" (interpolated), interval.type "mean" (Woodruff).
# Log odds ratios: svyglm with the logit of two groups, and of two groups in two years (the interaction is the change).
# Holm, BH: p.adjust. Printed with 17 digits.

suppressMessages(library(survey))
options(survey.lonely.psu = "adjust")
set.seed(11)
households <- data.frame(household = 1:400, stratum = c(1, rep(2:12, length.out = 399)), effect = rnorm(400, 0, 0.6))
years <- lapply(c(2014, 2021), function(year) {
  there <- households[if (year == 2014) 1:260 else c(1:2, 181:400), ]
  rows <- there[rep(seq_len(nrow(there)), times = 1 + rbinom(nrow(there), 2, 0.4)), ]
  n <- nrow(rows)
  background <- sample(c("privileged", "working_class"), n, replace = TRUE)
  sex <- sample(c("male", "female"), n, replace = TRUE)
  logit <- -1.2 + rows$effect + 0.5 * (background == "working_class") - 0.3 * (year == 2021)
  pay <- round(exp(2.4 + 0.2 * rows$effect + 0.25 * (background == "privileged") + rnorm(n, 0, 0.35)), 2)
  pay <- ifelse(runif(n) < 0.4, round(pay), pay)
  data.frame(year, household = rows$household, stratum = rows$stratum, background, sex,
             out = rbinom(n, 1, plogis(logit)), pay = ifelse(runif(n) < 1 / 3, NA, pay), weight = round(100 + 400 * runif(n), 1))
})
rows <- do.call(rbind, years)
rows <- cbind(person = seq_len(nrow(rows)), rows)
write.csv(rows, "design_sample.csv", row.names = FALSE, quote = FALSE, na = "")
rows$working <- as.numeric(rows$background == "working_class")
rows$later <- as.numeric(rows$year == 2021)

found <- list()
add <- function(what, where, value, error = NA, low = NA, high = NA)
  found[[length(found) + 1]] <<-
    data.frame(what, where, value = unname(value), error = c(error)[1], low = unname(low), high = unname(high), row.names = NULL)
designs <- list(clustered = svydesign(ids = ~household, weights = ~weight, data = rows),
                stratified = svydesign(ids = ~household, strata = ~stratum, weights = ~weight, data = rows, nest = TRUE))
for (name in names(designs)) for (year in c(2014, 2021)) for (group in c("privileged", "working_class")) {
  d <- designs[[name]]
  domain <- rows$year == year & rows$background == group
  # Without strata the domain's own clusters, as if it had been drawn alone; with strata all clusters of each stratum.
  own <- if (name == "clustered") svydesign(ids = ~household, weights = ~weight, data = rows[domain, ]) else subset(d, domain)
  share <- svymean(~out, own)
  add(paste0("share_", name), paste(group, year), coef(share), SE(share))
}
paid <- rows[!is.na(rows$pay), ]
for (rule in c("school", "hf4")) for (year in c(2014, 2021)) for (group in c("privileged", "working_class")) {
  d <- svydesign(ids = ~household, weights = ~weight, data = paid[paid$year == year & paid$background == group, ])
  q <- svyquantile(~pay, d, 0.5, qrule = rule, interval.type = "mean", ci = TRUE)$pay
  add(paste0("median_", rule), paste(group, year), q[1, 1], q[1, 4], q[1, 2], q[1, 3])
}
clustered <- function(data) svydesign(ids = ~household, weights = ~weight, data = data)
for (year in c(2014, 2021)) {
  fit <- svyglm(out ~ working, clustered(rows[rows$year == year, ]), family = quasibinomial(), control = list(epsilon = 1e-14))
  add("log_odds", paste(year), -coef(fit)[["working"]], SE(fit)[["working"]])
}
fit <- svyglm(out ~ working * later, designs$clustered, family = quasibinomial(), control = list(epsilon = 1e-14))
add("log_odds", "change", -coef(fit)[["working:later"]], SE(fit)[["working:later"]])
p <- c(0.01, 0.04, 0.03, 0.005, 0.2, 0.9)
for (i in seq_along(p)) add("holm", paste(p[i]), p.adjust(p, "holm")[i])
for (i in seq_along(p)) add("bh", paste(p[i]), p.adjust(p, "BH")[i])
expected <- do.call(rbind, found)
expected[3:6] <- lapply(expected[3:6], function(x) ifelse(is.na(x), "", sprintf("%.17g", x)))
write.csv(expected, "design_expected.csv", row.names = FALSE, quote = FALSE)
