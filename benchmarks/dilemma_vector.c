/* The US-China technology security dilemma, as fast as it can honestly be written by hand: members in the lanes of a
 * vector (eight with AVX-512), time outside, everything in registers and the first-level cache, no branch inside the
 * equations of a step.
 *
 *   gcc -O3 -march=native -ffp-contract=fast -fno-signed-zeros -fno-trapping-math -flive-range-shrinkage \
 *       -fno-tree-ter -shared -fPIC dilemma_vector.c
 *
 * What was done by hand:
 *   - every number may differ by member; the numbers of a vector of members are packed into one aligned block first
 *   - what depends on numbers only is computed once a run (struct Power, struct World), the time step folded in
 *   - what depends on numbers and time is computed once for each change of the policy phases (struct Levers)
 *   - divisions by numbers became products with reciprocals; five divisions a step are left, in the shadow of the
 *     rest
 *   - quantities used twice are computed once; sums are ordered so that they become fused multiply-adds, and a stock
 *     that gains on what is missing and loses on what is there, s += (1 - s) g - s l, is written g + s (1 - l - g)
 *   - exp and pow are polynomials (vector_math.h), both pow side by side, and the seven exp side by side in two groups:
 *     those that wait for nothing, and those that wait for what both powers do
 *   - only what the five saved outputs need; the saved values wait in a small buffer and are written once a run */
#include "dilemma_inputs.h"
#include "vector_math.h"

enum { MOST_TIMES = 256 };

/* Of one power, once a run. `_dt`: the time step is folded in. */
typedef struct {
    vec sincerity, restraint_price, deception_damage_dt;          /* restraint */
    vec lead_weight;                                              /* threat */
    vec legitimacy_dt, harm_dt, mobilisation;                     /* politics */
    vec max_capacity, kept_dt, per_dependence, decoupling_cost;   /* economy */
    vec erosion, own_pull, base_alignment, rally_dt;
} Power;

/* Of one power, while the policy phases stand still. */
typedef struct {
    vec uncertainty, belief_slope, threat_floor;                  /* hostile prior = uncertainty + slope * suspicion */
    vec restraint, reciprocity, signal;                           /* reassurance */
    vec warning, propensity, opportunity, opening;                /* coercion */
    vec control, control_acts, third, third_acts;
    vec efficient, relink_dt, reach_back, denied_dt;              /* dependence */
    vec drive, not_drive, not_industrial, floor_share;
    vec mapped_dt, build_dt, innovate_dt, open_dt, stolen_dt;     /* capability */
    vec offence_dt, offence_threat_dt, bloc_dt;                   /* counter-threat, third states */
} Levers;

/* Of one power, once a run, wanted only when its levers move. */
typedef struct {
    vec anchor, tightening, opening, relink_dt, denial_dt, found_dt, mapping_dt, build_dt, innovate_dt, diffusion_dt;
    vec stealing_dt, speed_dt, deterrent_dt, alignment_dt;
} Rates;

/* Shared by both, once a run. */
typedef struct {
    vec learning_dt, forgetting_dt, reassured_dt, lock_in, lock_in_base, lock_in_slope, blaming_dt, blame_keeps;
    vec demonstration, ambiguity_half, misattribution;
    vec gain_dt, response_keeps, fatigue_dt, response_mobilisation;
    vec resistance, restraint_signal, credit_dt, bad_faith, fading_keeps, acts_damage_dt;
    vec offence_keeps, reach, reach_slope, deterrence, reactive;
    vec surge, supply_share, untargeted_dt, targeted_dt, alarm_base, alarm_slope;
    vec found_by_pressure_dt, churn_keeps, obsolescence_keeps, scale_loss_dt, relief_keeps;
    vec redundancy_use, preparedness, denial_harm, unmet_harm;
    vec adjustment, harm_cost_dt, industry_cost_dt, sender_cost_dt, exponent, at_zero, mitigation;
    vec forced_choice_half_dt, return_dt;
    vec war_share, war_keeps, war_cost_dt, war_trade;
    vec hazard_base, hazard_dt, hazard_suspicion, hazard_acts, hazard_pressure, hazard_decoupling, per_threshold;
    vec policy_start, per_policy, reassurance_start, per_reassurance, shock, shock_start, shock_end;
} World;

typedef struct {
    vec suspicion, response, credibility, offence, dependence, visibility, capacity, capability, pressure, loss;
    vec aligned, blame;
} Stocks;

typedef struct {
    Stocks us, china;
    vec hedging, hazard, war;
} State;

/* What one power's stocks say before the other one is asked. */
typedef struct {
    vec vulnerability, felt, reach, power, third;             /* what it could suffer and do */
    vec claimed, actual, signal, warned;                      /* what it says */
    vec effort, mobilised, floor, spent_dt, shock_harm, met, decoupling; /* what it makes and buys */
} View;

#define IN(id) (x[IN_##id])
#define OF(id) (x[IN_##id + i])
#define RIVAL(id) (x[IN_##id + 1 - i])

static Power power_of(const vec *x, int i, double dt) {
    vec own = OF(initial_capability), obsolescence = IN(capacity_obsolescence_rate);
    vec outside = 1.0 - IN(initial_aligned_with_us) - IN(initial_aligned_with_china);
    return (Power){
        .sincerity = OF(signal_sincerity),
        .restraint_price = dt * IN(restraint_cost) * OF(signal_sincerity),
        .deception_damage_dt = dt * IN(deception_credibility_damage) * (1.0 - OF(signal_sincerity)),
        .lead_weight = OF(lead_weight),
        .legitimacy_dt = dt * OF(legitimacy_sensitivity),
        .harm_dt = dt * OF(harm_sensitivity),
        .mobilisation = OF(legitimacy_mobilisation),
        .max_capacity = OF(max_capacity),
        .kept_dt = dt * obsolescence * OF(initial_capacity) / (OF(max_capacity) - OF(initial_capacity)),
        .per_dependence = 1.0 / OF(initial_dependence),
        .decoupling_cost = dt * OF(decoupling_cost),
        .erosion = 1.0 - dt * IN(diffusion_rate) * most(0, RIVAL(initial_capability) - own) / own -
                   dt / IN(world_catch_up_time),
        .own_pull = dt * own / IN(world_catch_up_time),
        .base_alignment = dt * IN(alignment_return_rate) * OF(initial_aligned_with_us) / outside,
        .rally_dt = dt * OF(rally_effect) / IN(pressure_relief_time),
    };
}

static Rates rates_of(const vec *x, int i, double dt) {
    vec freedom = dt - dt * IN(state_dominance_drag) * OF(state_dominance), speed = dt / IN(offensive_adjustment_time);
    return (Rates){
        .anchor = OF(initial_suspicion) * (1.0 - IN(confirmation_bias)),
        .tightening = OF(initial_dependence) * IN(tightening_effect),
        .opening = IN(opportunism) * IN(hazard_opportunity_slope),
        .relink_dt = dt * IN(reintegration_rate),
        .denial_dt = dt * IN(denial_rate),
        .found_dt = dt * IN(opacity_churn_rate) * OF(initial_visibility) / (1.0 - OF(initial_visibility)),
        .mapping_dt = dt * IN(mapping_rate),
        .build_dt = IN(max_build_rate) * freedom,
        .innovate_dt = IN(innovation_gain) * freedom,
        .diffusion_dt = dt * IN(diffusion_rate),
        .stealing_dt = dt * IN(misappropriation_rate),
        .speed_dt = speed,
        .deterrent_dt = speed * OF(deterrent_response),
        .alignment_dt = dt * IN(alignment_rate),
    };
}

static World world_of(const vec *x, double dt) {
    vec y = IN(decoupling_cost_exponent), slope = IN(hazard_suspicion_slope);
    return (World){
        .learning_dt = dt * IN(suspicion_learning_rate),
        .forgetting_dt = dt * IN(suspicion_forgetting_rate),
        .reassured_dt = dt * IN(reassurance_effectiveness),
        .lock_in = IN(suspicion_lock_in),
        .lock_in_base = IN(lock_in_steepness) * IN(lock_in_threshold),
        .lock_in_slope = -IN(lock_in_steepness),
        .demonstration = IN(demonstration_weight),
        .ambiguity_half = 0.5 * IN(offence_defence_ambiguity),
        .misattribution = IN(misattribution_fraction),
        .gain_dt = dt * IN(response_gain) / IN(policy_response_time),
        .response_keeps = 1.0 - dt / IN(policy_response_time),
        .fatigue_dt = IN(cost_fatigue) / dt,
        .response_mobilisation = IN(response_mobilisation),
        .resistance = IN(domestic_resistance),
        .restraint_signal = IN(restraint_signal_weight),
        .credit_dt = dt * IN(credibility_learning_rate),
        .bad_faith = IN(bad_faith),
        .fading_keeps = 1.0 - dt * IN(credibility_fading_rate),
        .acts_damage_dt = dt * IN(coercion_credibility_damage),
        .offence_keeps = 1.0 - dt / IN(offensive_adjustment_time),
        .reach = IN(reach_without_allies),
        .reach_slope = 1.0 - IN(reach_without_allies),
        .deterrence = IN(deterrence_effect),
        .reactive = IN(reactive_hostility),
        .surge = IN(surge_substitutability),
        .supply_share = IN(third_state_supply_share),
        .untargeted_dt = dt * IN(max_diversification_rate) * IN(untargeted_mitigation_floor),
        .targeted_dt = dt * IN(max_diversification_rate) * (1.0 - IN(untargeted_mitigation_floor)),
        .alarm_base = IN(ambiguity_base),
        .alarm_slope = IN(ambiguity_alarm),
        .found_by_pressure_dt = dt * IN(mapping_rate) * IN(crisis_mapping_trigger),
        .churn_keeps = 1.0 - dt * IN(opacity_churn_rate),
        .obsolescence_keeps = 1.0 - dt * IN(capacity_obsolescence_rate),
        .scale_loss_dt = dt * IN(scale_loss_rate),
        .relief_keeps = 1.0 - dt / IN(pressure_relief_time),
        .redundancy_use = IN(redundancy_use),
        .preparedness = IN(shock_preparedness),
        .denial_harm = IN(denial_harm_weight),
        .unmet_harm = IN(unmet_harm_weight),
        .adjustment = IN(adjustment_cost),
        .harm_cost_dt = dt * IN(harm_cost),
        .industry_cost_dt = dt * IN(industrial_policy_cost),
        .sender_cost_dt = dt * IN(sender_cost),
        .exponent = y,
        .at_zero = choose(y > 0.0, all(0.0), choose(y == 0.0, all(1.0), choose(y < 0.0, all(__builtin_inf()), y))),
        .mitigation = IN(substitution_mitigation),
        .forced_choice_half_dt = 0.5 * dt * IN(alignment_rate) * IN(forced_choice),
        .return_dt = dt * IN(alignment_return_rate),
        .blaming_dt = dt * IN(shock_blame_rate),
        .blame_keeps = 1.0 - dt / IN(blame_fading_time),
        .war_share = IN(war_onset_share) * IN(violent_fraction),
        .war_keeps = 1.0 - dt / IN(war_duration),
        .war_cost_dt = dt * IN(war_cost),
        .war_trade = IN(war_trade_loss),
        .hazard_base = -(slope * IN(reference_suspicion) + IN(hazard_hostile_act_slope) * IN(reference_hostile_acts) +
                         IN(hazard_pressure_slope) * IN(reference_pressure)),
        .hazard_dt = dt * IN(base_crisis_hazard),
        .hazard_suspicion = 0.5 * slope,
        .hazard_acts = 0.5 * IN(hazard_hostile_act_slope),
        .hazard_pressure = 0.5 * IN(hazard_pressure_slope),
        .hazard_decoupling = 0.5 * IN(commercial_peace_effect),
        .per_threshold = 1.0 / IN(catastrophe_threshold),
        .policy_start = IN(policy_start_time),
        .per_policy = 1.0 / IN(policy_phase_in_duration),
        .reassurance_start = IN(reassurance_start_time),
        .per_reassurance = 1.0 / IN(reassurance_phase_in_duration),
        .shock = IN(shock_magnitude),
        .shock_start = IN(shock_start_time),
        .shock_end = IN(shock_start_time) + IN(shock_duration),
    };
}

static State initial_state(const vec *x) {
    State s;
    for (int i = 0; i < 2; i++)
        *(i ? &s.china : &s.us) = (Stocks){
            .suspicion = OF(initial_suspicion),
            .response = OF(initial_response),
            .credibility = OF(initial_credibility),
            .offence = OF(initial_offensive_capability),
            .dependence = OF(initial_dependence),
            .visibility = OF(initial_visibility),
            .capacity = OF(initial_capacity),
            .capability = OF(initial_capability),
            .pressure = OF(initial_pressure),
            .loss = all(0.0),
            .aligned = OF(initial_aligned_with_us),
            .blame = all(0.0),
        };
    s.hedging = 1.0 - s.us.aligned - s.china.aligned;
    s.hazard = s.war = all(0.0);
    return s;
}

/* Levers in force at these phases (0 at the start of a phase-in, 1 after it) and what follows from them alone. The
 * `goal` rows hold goal - initial by now. */
#define NOW(id, k, phase) (x[IN_##id + (k)] + x[IN_##id##_goal + (k)] * (phase))

static __attribute__((noinline)) void set_levers(Levers *out, const vec *x, const Rates *f, int i, vec policy,
                                                 vec reassure) {
    int o = 1 - i;
    vec negotiation = IN(negotiation_goal) * reassure;
    vec drive = NOW(self_sufficiency_drive, i, policy), control = NOW(export_control, i, policy);
    vec cut = NOW(export_control, o, policy), baseline = NOW(offensive_baseline, i, policy);
    vec propensity = NOW(coercion_propensity, i, policy), third = IN(third_state_exposure) * propensity;
    vec signalling = NOW(intention_signalling, i, reassure), warning = NOW(fair_warning, i, reassure);
    vec rival_signalling = NOW(intention_signalling, o, reassure);
    vec opacity = OF(state_dominance) - OF(state_dominance) * (IN(transparency_effect) * signalling);
    vec rival_opacity = RIVAL(state_dominance) - RIVAL(state_dominance) * (IN(transparency_effect) * rival_signalling);
    vec uncertainty = least(1, IN(intention_uncertainty) + IN(opacity_uncertainty) * rival_opacity);
    vec sure = 1.0 - uncertainty, open = 1.0 - cut, access = 1.0 - IN(frontier_access_weight) * cut;
    vec efficient = least(1, OF(initial_dependence) + f->tightening * NOW(dependence_tightening, o, policy));
    vec said = IN(intention_signal_weight) * signalling + IN(warning_signal_weight) * warning;
    out->uncertainty = uncertainty + sure * f->anchor;
    out->belief_slope = sure * IN(confirmation_bias);
    out->threat_floor = IN(misappropriation_weight) * NOW(misappropriation, o, policy);
    out->restraint = NOW(capability_restraint, i, reassure) + negotiation * IN(negotiation_opening);
    out->reciprocity = negotiation * IN(negotiation_reciprocity);
    out->signal = said - opacity * said;
    out->warning = IN(warning_effectiveness) * warning;
    out->propensity = propensity;
    out->opportunity = propensity * IN(opportunism);
    out->opening = propensity * f->opening;
    out->control = control;
    out->control_acts = IN(denial_visibility) * control;
    out->third = IN(coercion_repulsion) * third;
    out->third_acts = IN(third_state_demonstration) * third;
    out->efficient = efficient;
    out->relink_dt = (f->relink_dt - f->relink_dt * drive) * open;
    out->reach_back = open / efficient;
    out->denied_dt = f->denial_dt * cut;
    out->drive = drive;
    out->not_drive = 1.0 - drive;
    out->not_industrial = 1.0 - NOW(industrial_policy, i, policy);
    out->floor_share = 1.0 - IN(hard_decoupling) * drive;
    out->mapped_dt = f->found_dt + f->mapping_dt * NOW(mapping_effort, i, policy);
    out->build_dt = f->build_dt * access;
    out->innovate_dt = f->innovate_dt * access;
    out->open_dt = f->diffusion_dt * open;
    out->stolen_dt = f->stealing_dt * NOW(misappropriation, i, policy);
    out->offence_dt = f->speed_dt * baseline;
    out->offence_threat_dt = f->deterrent_dt - f->deterrent_dt * baseline;
    out->bloc_dt = f->alignment_dt * NOW(bloc_building, i, policy);
}

/* One power seen alone: `a` its stocks, `b` the other's. */
INLINE View view_of(const World *w, const Power *p, const Levers *l, const Stocks *a, const Stocks *b, vec hedging,
                    vec shock) {
    View v;
    /* dependence and reach */
    vec unseen = 1.0 - a->visibility, unfelt = w->alarm_base + w->alarm_slope * a->pressure;
    v.vulnerability = a->dependence - a->dependence * (w->surge * a->capacity);
    v.felt = v.vulnerability * (a->visibility + unseen * unfelt);
    v.reach = w->reach + w->reach_slope * a->aligned;
    v.power = a->offence * v.reach;
    v.third = l->third * a->offence; /* coercion of third states times their repulsion */

    /* restraint and the signal the other one sees */
    vec offered = least(1, l->restraint + l->reciprocity * b->credibility);
    v.claimed = offered - offered * (w->resistance * a->pressure);
    v.actual = p->sincerity * v.claimed;
    v.signal = l->signal + w->restraint_signal * v.claimed;
    v.warned = 1.0 - l->warning * a->credibility;

    /* effort of firms and government */
    v.effort = l->drive + l->not_drive * a->response;
    vec calm = l->not_industrial - l->not_industrial * (p->mobilisation * a->pressure);
    v.mobilised = 1.0 - (calm - calm * (w->response_mobilisation * a->response));

    /* supply: what cannot be replaced, what is moved away, what is denied, what is spare in a shock */
    vec missing = 1.0 - a->capacity - w->supply_share * (hedging + a->aligned);
    v.floor = most(0, missing);
    vec movable = most(0, a->dependence - v.floor * l->floor_share);
    vec aim = w->untargeted_dt + w->targeted_dt * a->visibility;
    v.spent_dt = movable * v.effort * aim + l->denied_dt * a->dependence;
    vec lost_trade = most(0, l->efficient - a->dependence) * a->dependence;
    vec spare = most(0, a->dependence + lost_trade * l->reach_back - missing);
    vec hit = most(0, shock - shock * a->capacity - w->redundancy_use * spare);
    v.shock_harm = hit - hit * (w->preparedness * a->visibility);
    v.met = least(1, a->dependence * p->per_dependence);
    v.decoupling = 1.0 - v.met;
    return v;
}

/* The next stocks of one power. `m`, `r` are the views of itself and of its rival. */
INLINE Stocks moved(const World *w, const Power *p, const Levers *l, const Stocks *a, const Stocks *b, const View *m,
                    const View *r, vec threat, vec threat_per_cost, vec open_mind, vec prior, vec acts, vec rival_acts,
                    vec harm, vec spent_dt, vec loss_dt, vec hedging, vec both_decoupled, vec attraction,
                    vec *to_hedging) {
    Stocks n;
    vec reassured = b->credibility * r->signal;
    vec learned = w->learning_dt * threat;
    vec eased = (w->forgetting_dt + w->reassured_dt * reassured) * open_mind;
    n.suspicion = learned + a->suspicion * (1.0 - eased - learned);
    vec blamed = w->blaming_dt * (prior * m->shock_harm);
    n.blame = blamed + a->blame * (w->blame_keeps - blamed);
    n.response = w->response_keeps * a->response + w->gain_dt * threat_per_cost;
    vec doubt = w->credit_dt - w->credit_dt * (w->bad_faith * b->suspicion);
    vec trust_lost = w->acts_damage_dt * acts + p->deception_damage_dt * (m->claimed * b->visibility);
    vec gained = doubt * m->signal;
    n.credibility = gained + a->credibility * (w->fading_keeps - trust_lost - gained);
    n.offence = w->offence_keeps * a->offence + (l->offence_dt + l->offence_threat_dt * threat) * (1.0 - m->actual);
    vec relinked = (l->efficient - a->dependence) * (l->relink_dt - l->relink_dt * a->response);
    n.dependence = a->dependence + relinked - spent_dt;
    vec found = l->mapped_dt + w->found_by_pressure_dt * a->pressure;
    n.visibility = found + a->visibility * (w->churn_keeps - found);
    vec built = p->kept_dt + l->build_dt * m->mobilised;
    n.capacity = p->max_capacity * built + a->capacity * (w->obsolescence_keeps - built);
    vec behind = most(0, b->capability - a->capability);
    vec growth = p->erosion + l->innovate_dt * m->mobilised - w->scale_loss_dt * r->decoupling;
    n.capability = a->capability * growth + (p->own_pull + behind * (l->stolen_dt + l->open_dt * m->met));
    vec scare = p->legitimacy_dt * (m->felt * threat) + p->harm_dt * harm;
    n.pressure = scare + a->pressure * (w->relief_keeps - p->rally_dt * rival_acts - scare);
    n.loss = a->loss + loss_dt;
    vec align = hedging * (p->base_alignment + (l->bloc_dt + w->forced_choice_half_dt * both_decoupled) * attraction);
    vec back = a->aligned * (w->return_dt + w->return_dt * m->third);
    n.aligned = a->aligned + (align - back);
    *to_hedging = back - align;
    return n;
}

INLINE void step(State *s, const World *w, const Power *pu, const Power *pc, const Levers *lu, const Levers *lc,
                 vec shock) {
    const Stocks us = s->us, china = s->china;
    /* lost gains: decoupling to the power of its cost exponent, both at once and early, because its chain is long */
    vec met_u = least(1, us.dependence * pu->per_dependence), met_c = least(1, china.dependence * pc->per_dependence);
    vec lost[2] = {1.0 - met_u, 1.0 - met_c};
    vec exponent[2] = {w->exponent, w->exponent}, at_zero[2] = {w->at_zero, w->at_zero};
    pow_many(2, lost, exponent, at_zero);
    View u = view_of(w, pu, lu, &us, &china, s->hedging, shock);
    View c = view_of(w, pc, lc, &china, &us, s->hedging, shock);

    /* the four exp that depend on stocks and levers alone: minds closed to good news, third states repelled */
    vec ex[4] = {w->lock_in_base + w->lock_in_slope * us.suspicion,
                   w->lock_in_base + w->lock_in_slope * china.suspicion, -lu->third * us.offence,
                   -lc->third * china.offence};
    exp_many(4, ex, 0);
    vec open_mind_u = 1.0 - w->lock_in / (1.0 + ex[0]), open_mind_c = 1.0 - w->lock_in / (1.0 + ex[1]);

    /* coercion and the acts the other side sees */
    vec leverage_u = u.power * c.vulnerability, leverage_c = c.power * u.vulnerability;
    vec will_u = least(1, lu->propensity + lu->opportunity * c.actual) + w->reactive * us.suspicion;
    vec will_c = least(1, lc->propensity + lc->opportunity * u.actual) + w->reactive * china.suspicion;
    vec coercion_u = leverage_u * will_u * (1.0 - w->deterrence * leverage_c);
    vec coercion_c = leverage_c * will_c * (1.0 - w->deterrence * leverage_u);
    vec acts_u = coercion_u + lu->control_acts * c.vulnerability + (lu->third_acts * us.offence + s->war);
    vec acts_c = coercion_c + lc->control_acts * u.vulnerability + (lc->third_acts * china.offence + s->war);
    vec denial_u = lu->control * c.vulnerability, denial_c = lc->control * u.vulnerability;

    /* crisis hazard, as a logarithm */
    vec both_decoupled = u.decoupling + c.decoupling;
    vec open_u = most(0, 1.0 - leverage_c * w->per_threshold), open_c = most(0, 1.0 - leverage_u * w->per_threshold);
    vec log_hazard = w->hazard_base + w->hazard_suspicion * (us.suspicion + china.suspicion) +
                    w->hazard_acts * (acts_u + acts_c) +
                    (w->hazard_pressure * (us.pressure + china.pressure) + w->hazard_decoupling * both_decoupled) +
                    (lu->opening * open_u + lc->opening * open_c);

    /* the share of capability that is the rival's (the two shares add up to one) */
    vec share_u = china.capability / (us.capability + china.capability), share_c = 1.0 - share_u;

    /* threat as each side perceives it */
    vec prior_u = lu->uncertainty + lu->belief_slope * us.suspicion;
    vec prior_c = lc->uncertainty + lc->belief_slope * china.suspicion;
    vec misread_u = w->ambiguity_half * (c.mobilised + c.effort) + w->misattribution * u.shock_harm;
    vec misread_c = w->ambiguity_half * (u.mobilised + u.effort) + w->misattribution * c.shock_harm;
    vec fear_u = u.felt * c.power * c.warned + pu->lead_weight * share_u + misread_u;
    vec fear_c = c.felt * u.power * u.warned + pc->lead_weight * share_c + misread_c;
    vec raw_u = -(prior_u * fear_u + (w->demonstration * acts_c + (lu->threat_floor + us.blame)));
    vec raw_c = -(prior_c * fear_c + (w->demonstration * acts_u + (lc->threat_floor + china.blame)));

    /* the three exp that depend on all of this; some crises become a war, whose outbreak ends trade */
    vec late[3] = {raw_u, raw_c, log_hazard};
    exp_many(3, late, 0);
    vec threat_u = 1.0 - late[0], threat_c = 1.0 - late[1];
    vec hazard = w->hazard_dt * late[2], ignited = w->war_share * hazard, onset = ignited - ignited * s->war;
    vec cut_off = w->war_trade * onset;
    vec spent_u = u.spent_dt + us.dependence * cut_off, spent_c = c.spent_dt + china.dependence * cut_off;

    /* harm and loss of welfare, per time step */
    vec unmet_u = most(0, u.floor - us.dependence), unmet_c = most(0, c.floor - china.dependence);
    vec harm_u = coercion_c * c.warned + w->denial_harm * denial_c + (w->unmet_harm * unmet_u + u.shock_harm);
    vec harm_c = coercion_u * u.warned + w->denial_harm * denial_u + (w->unmet_harm * unmet_c + c.shock_harm);
    vec gains_u = pu->decoupling_cost - pu->decoupling_cost * (w->mitigation * us.capacity);
    vec gains_c = pc->decoupling_cost - pc->decoupling_cost * (w->mitigation * china.capacity);
    vec at_war = w->war_cost_dt * s->war;
    vec own_u = w->sender_cost_dt * (coercion_u + denial_u) + (pu->restraint_price * u.claimed + at_war);
    vec own_c = w->sender_cost_dt * (coercion_c + denial_c) + (pc->restraint_price * c.claimed + at_war);
    vec loss_u = gains_u * lost[0] + w->adjustment * spent_u + w->harm_cost_dt * harm_u +
                (w->industry_cost_dt * u.mobilised + own_u);
    vec loss_c = gains_c * lost[1] + w->adjustment * spent_c + w->harm_cost_dt * harm_c +
                (w->industry_cost_dt * c.mobilised + own_c);

    /* fatigue of cost */
    vec fatigue_u = 1.0 + w->fatigue_dt * loss_u, fatigue_c = 1.0 + w->fatigue_dt * loss_c;

    /* third states, then all stocks move at once */
    vec attraction_u = share_c * ex[2], attraction_c = share_u * ex[3];
    vec from_u, from_c, hedging = s->hedging;
    s->us = moved(w, pu, lu, &us, &china, &u, &c, threat_u, threat_u / fatigue_u, open_mind_u, prior_u, acts_u, acts_c,
                  harm_u, spent_u, loss_u, hedging, both_decoupled, attraction_u, &from_u);
    s->china = moved(w, pc, lc, &china, &us, &c, &u, threat_c, threat_c / fatigue_c, open_mind_c, prior_c, acts_c,
                     acts_u, harm_c, spent_c, loss_c, hedging, both_decoupled, attraction_c, &from_c);
    s->hedging = hedging + (from_u + from_c);
    s->hazard += hazard;
    s->war = s->war * w->war_keeps + onset;
}

INLINE int any_differs(vec a, vec b) {
    ivec d = bits(a) ^ bits(b);
#ifdef __AVX512F__
    return _mm512_test_epi64_mask((__m512i)d, (__m512i)d) != 0;
#else
    long long sum = 0;
    for (int i = 0; i < LANES; i++) sum |= d[i];
    return sum != 0;
#endif
}

/* One vector of members from start to end. saved[time][output] */
static void run(vec *x, vec (*saved)[OUTPUT_COUNT], double start, double dt, long steps, long every) {
    World w = world_of(x, dt);
    Rates rates_us = rates_of(x, 0, dt), rates_china = rates_of(x, 1, dt);
    Power us = power_of(x, 0, dt), china = power_of(x, 1, dt);
    Levers levers_us, levers_china;
    State s = initial_state(x);
    for (int k = IN_industrial_policy; k < IN_signal_sincerity; k += 4) /* all levers: goals become ways to go */
        for (int i = 0; i < 2; i++) x[k + 2 + i] -= x[k + i];
    vec policy_before = all(-1.0), reassure_before = all(-1.0);
    for (long t = 0, next = 0;; t++) {
        if (t == next) {
            vec *to = *saved++;
            to[OUT_US_SUSPICION] = s.us.suspicion, to[OUT_CHINA_SUSPICION] = s.china.suspicion;
            to[OUT_US_LOSS] = s.us.loss, to[OUT_CHINA_LOSS] = s.china.loss;
            to[OUT_CRISIS] = 1.0 - exp_one(-s.hazard);
            next += every;
        }
        if (t == steps) break;
        double time = start + dt * (double)t;
        vec policy = least(1, most(0, (time - w.policy_start) * w.per_policy));
        vec reassure = least(1, most(0, (time - w.reassurance_start) * w.per_reassurance));
        if (any_differs(policy, policy_before) || any_differs(reassure, reassure_before)) {
            set_levers(&levers_us, x, &rates_us, 0, policy, reassure);
            set_levers(&levers_china, x, &rates_china, 1, policy, reassure);
            policy_before = policy, reassure_before = reassure;
        }
        vec shock = (vec)((time >= w.shock_start) & (time < w.shock_end) & bits(w.shock));
        step(&s, &w, &us, &china, &levers_us, &levers_china, shock);
    }
}

/* in[input][member] -> out[output][member][time], saved every `every` steps, the first and the last included.
 * Returns 0, or 1 when there are more saved times than the buffer holds. */
int simulate(long members, const double *restrict in, double *restrict out, double start, double dt, long steps,
    long every) {
    vec x[INPUT_COUNT], saved[MOST_TIMES][OUTPUT_COUNT];
    long times = steps / every + 1;
    if (times > MOST_TIMES) return 1;
    for (long first = 0; first < members; first += LANES) {
        long lanes = members - first < LANES ? members - first : LANES;
        for (int k = 0; k < INPUT_COUNT; k++) /* a last block that is not full repeats its first member */
            for (int lane = 0; lane < LANES; lane++) x[k][lane] = in[k * members + first + (lane < lanes ? lane : 0)];
        run(x, saved, start, dt, steps, every);
        for (int k = 0; k < OUTPUT_COUNT; k++)
            for (long lane = 0; lane < lanes; lane++)
                for (long t = 0; t < times; t++) out[(k * members + first + lane) * times + t] = saved[t][k][lane];
    }
    return 0;
}
