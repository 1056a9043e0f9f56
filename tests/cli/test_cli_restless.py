"""What `hysteresis`, `equilibria` and `tipping` print of models that never rest, mirror states and narrow strips."""

HOPF = ("X = INTEG(mu * X - Y - X * (X^2 + Y^2), 0.1)", "Y = INTEG(X + mu * Y - Y * (X^2 + Y^2), 0)", "mu = 1")


def test_hysteresis_names_the_values_at_which_it_swings(said, mdl):
    path = mdl(*HOPF, stop=30, step=0.01, saveper=30)
    answer = said("hysteresis", path, "--input", "mu", "--from", -0.5, "--to", 0.5, "--variable", "X", "--points", 4)
    assert answer.code == 0
    for words in ("does not settle", "swings", "it swings at 2 of 4 values", "at the others no fold was met"):
        assert words in answer.out


def test_hysteresis_refuses_an_input_that_only_sets_where_a_stock_begins(said, mdl):
    path = mdl("X = INTEG(SIN(X), x0)", "x0 = 0.5", stop=20, step=0.0625)
    answer = said("hysteresis", path, "--input", "x0", "--from", 0, "--to", 9, "--variable", "X")
    assert answer.code == 2
    assert "it can only set where stocks begin" in " ".join(answer.err.split())


def test_equilibria_prints_the_mirror_state_and_what_was_searched(said, mdl):
    answer = said("equilibria", mdl("X = INTEG(X - X^3, 0.1)", stop=50, step=0.0625, saveper=50))
    out = " ".join(answer.out.split())
    assert answer.code == 0
    for words in ("3 (stable)", "Equilibrium 3 lies below zero (X)", "Searched: X from -"):
        assert words in out


def test_a_time_outside_the_run_is_refused(said):
    answer = said("equilibria", "sir", "--time", 1e9)
    assert answer.code == 2
    assert "outside the run" in answer.err
