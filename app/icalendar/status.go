package icalendar

// Status is the STATUS of an event.
type Status string

const (
	Confirmed Status = "CONFIRMED"
	Tentative Status = "TENTATIVE"
	Cancelled Status = "CANCELLED"
)
