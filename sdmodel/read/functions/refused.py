"""Functions that Vensim or Stella have and sdmodel does not run, each with the reason and a way out."""

_OPTIMISING = "it searches for values while the model runs, which an equation cannot say; set the value from outside"
_QUEUE = "it keeps single items in a queue; use stocks, DELAY FIXED or DELAY MATERIAL"
_MARKET = "it clears a market of many sellers; use ALLOCATE AVAILABLE for one supply"
_EARLIER_RUNS = "it reads earlier runs; each run here stands alone"
_GAME = "it takes part in a game that is played step by step"
_OUTSIDE = "it calls a program outside the model"
_TEXT = "it works on texts"
_REALITY_CHECK = "it stands in reality checks only, behind :TEST INPUT:, :THE CONDITION: or :IMPLIES:"
_COURSES = ("compare", "decay", "grow", "ramp", "step")

REFUSED: dict[str, str] = {
    "a function of": "the equation is not finished; write it",
    "alloc p": _MARKET,
    "delay batch": "batches are single items; use DELAY FIXED",
    "delay profile": "the shape of the delay is a lookup; use DELAY N with an order that comes near it",
    "demand at price": _MARKET,
    "delete file": _OUTSIDE,
    "endval": _EARLIER_RUNS,
    "find market price": _MARKET,
    "find zero": _OPTIMISING,
    "get vdf constants": "it reads a file of Vensim's results; export the values",
    "get vdf data": "it reads a file of Vensim's results; export the values",
    "internal rate of return": "it needs the whole run to know its value; use NPV with several discount rates",
    "irr": "it needs the whole run to know its value; use NPV with several discount rates",
    "marketp": _MARKET,
    "message": "it shows a message while the model runs",
    "net present value": "it counts in fiscal periods; use NPV or NPVE",
    "pause": _GAME,
    "queue age": _QUEUE,
    "queue age average": _QUEUE,
    "queue age in range": _QUEUE,
    "queue age oldest": _QUEUE,
    "queue attrib": _QUEUE,
    "queue fifo": _QUEUE,
    "queue fifo attrib": _QUEUE,
    "queue merge": _QUEUE,
    **{f"rc {one}{check}": _REALITY_CHECK for one in _COURSES for check in ("", " check")},
    "runcount": _EARLIER_RUNS,
    "shift if true": "it changes other stocks at once; use a flow from each stock to the next",
    "simultaneous": _OPTIMISING,
    "string to number": _TEXT,
    "supply at price": _MARKET,
    "time to target": "it needs the future of the run; read the time from the results",
}
