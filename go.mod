module github.com/tuxtrail/tuxtrail

go 1.26
