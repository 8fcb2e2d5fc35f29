package online

// specs are all providers.
var specs = []spec{
	abuseIPDB, greyNoise, greyNoiseV3, ipQualityScore, crowdSec, internetDB,
	virusTotal, otx, xForce, pulsedive, openPageRank,
	intSights, cyberint,
	urlHaus, threatFox, malwareBazaar,
	misp, openCTI, taxiiSpec,
}
