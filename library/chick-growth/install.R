install.packages(c("IRkernel", "ggplot2", "nlme"))
