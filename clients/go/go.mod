module bigfoot-run/bigfoot

go 1.18
