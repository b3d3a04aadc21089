# Writes the tables of the demo worksheets from the data sets that come with R (packages datasets and MASS).
write_table <- function(data, file) {
  dir.create(dirname(file), showWarnings = FALSE)
  write.csv(data, file, row.names = FALSE, quote = FALSE)
}

write_table(as.data.frame(datasets::Puromycin), "enzyme-kinetics/puromycin.csv")

chicks <- as.data.frame(datasets::ChickWeight)
write_table(data.frame(chick = as.integer(as.character(chicks$Chick)), diet = as.integer(as.character(chicks$Diet)),
                       day = chicks$Time, weight = chicks$weight), "chick-growth/chickweight.csv")

write_table(data.frame(year = as.integer(time(datasets::lynx)), trapped = as.integer(datasets::lynx)), "lynx-cycle/lynx.csv")

# Sites and species are named as in the help page of the data set.
sites <- c("Namibia North coast", "Namibia North wetland", "Namibia South coast", "Namibia South wetland", "Cape North coast", "Cape North wetland",
           "Cape West coast", "Cape West wetland", "Cape South coast", "Cape South wetland", "Cape East coast", "Cape East wetland",
           "Transkei coast", "Natal coast", "Natal wetland")
species <- c("Oystercatcher", "White-fronted plover", "Kitt Lutz's plover", "Three-banded plover", "Grey plover", "Ringed plover", "Bar-tailed godwit",
             "Whimbrel", "Marsh sandpiper", "Greenshank", "Common sandpiper", "Turnstone", "Knot", "Sanderling", "Little stint", "Curlew sandpiper",
             "Ruff", "Avocet", "Black-winged stilt")
waders <- MASS::waders
colnames(waders) <- species
write_table(cbind(site = sites, waders), "wader-diversity/waders.csv")
