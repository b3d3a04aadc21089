install.packages(c("IRkernel", "ggplot2"))
