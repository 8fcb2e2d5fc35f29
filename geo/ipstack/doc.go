// Package ipstack asks the service IPStack (https://ipstack.com/documentation)
// where an address is, as msticpy's IPStackLookup does, for somebody who has an
// access key.
//
// The service wants the key in the address of the request; it is cut out of all
// errors. It is sent by https. Plans without https can set [Options.Plain]:
// then key and question can be read on the way.
//
// Answers are remembered, as free plans have a hundred questions a month, and
// once the service says that they are used up it is not asked again by the same
// [Client]. It is never asked about addresses that are not global.
package ipstack
