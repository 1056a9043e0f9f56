/* The US-China technology security dilemma in plain C: one member at a time, double precision, Euler,
 * exp and pow of the C library. Only the equations that the five saved outputs need.
 *
 *   gcc -O3 -march=native -shared -fPIC dilemma_scalar.c -lm
 *
 * Index 0 is the US, 1 China; `o` is the other one. Each block below is one view of the model. */
#include <math.h>

#include "dilemma_inputs.h"

typedef struct {
    double suspicion[2], response[2], credibility[2], offence[2], dependence[2], visibility[2], capacity[2];
    double capability[2], pressure[2], loss[2], aligned[2], blame[2], hedging, hazard, war;
} State;

static inline double least(double a, double b) { return a < b ? a : b; }
static inline double most(double a, double b) { return a > b ? a : b; }

#define C(id) x[IN_##id]
#define P(id) x[IN_##id + i]
#define RIVAL(id) x[IN_##id + o]
#define LEVER_NOW(id, phase) (x[IN_##id + i] + (x[IN_##id + 2 + i] - x[IN_##id + i]) * (phase))
#define BOTH for (int i = 0, o = 1; i < 2; i++, o--)

static State initial_state(const double *x) {
    State s = {.aligned = {C(initial_aligned_with_us), C(initial_aligned_with_china)}};
    s.hedging = 1 - s.aligned[0] - s.aligned[1];
    for (int i = 0; i < 2; i++) {
        s.suspicion[i] = P(initial_suspicion), s.credibility[i] = P(initial_credibility);
        s.dependence[i] = P(initial_dependence), s.capacity[i] = P(initial_capacity);
        s.capability[i] = P(initial_capability), s.offence[i] = P(initial_offensive_capability);
        s.response[i] = P(initial_response), s.pressure[i] = P(initial_pressure);
        s.visibility[i] = P(initial_visibility);
    }
    return s;
}

static void step(State *restrict s, const double *restrict x, double time, double dt) {
    /* Policy: levers move from their initial value to their goal while the phase-in lasts. */
    double policy = least(1, most(0, (time - C(policy_start_time)) / C(policy_phase_in_duration)));
    double reassure = least(1, most(0, (time - C(reassurance_start_time)) / C(reassurance_phase_in_duration)));
    double negotiation = C(negotiation_goal) * reassure;
    double shock =
        time >= C(shock_start_time) && time < C(shock_start_time) + C(shock_duration) ? C(shock_magnitude) : 0;
    double industrial[2], drive[2], export_control[2], propensity[2], baseline[2], tightening[2], stealing[2], bloc[2];
    double mapping[2], restraint[2], signalling[2], warning[2];
    for (int i = 0; i < 2; i++) {
        industrial[i] = LEVER_NOW(industrial_policy, policy);
        drive[i] = LEVER_NOW(self_sufficiency_drive, policy);
        export_control[i] = LEVER_NOW(export_control, policy);
        propensity[i] = LEVER_NOW(coercion_propensity, policy);
        baseline[i] = LEVER_NOW(offensive_baseline, policy);
        tightening[i] = LEVER_NOW(dependence_tightening, policy);
        stealing[i] = LEVER_NOW(misappropriation, policy);
        bloc[i] = LEVER_NOW(bloc_building, policy);
        mapping[i] = LEVER_NOW(mapping_effort, policy);
        restraint[i] = LEVER_NOW(capability_restraint, reassure);
        signalling[i] = LEVER_NOW(intention_signalling, reassure);
        warning[i] = LEVER_NOW(fair_warning, reassure);
    }

    /* What each side can do and what it shows: dependence, reach, restraint, signals, mobilisation. */
    double vulnerability[2], felt[2], reach[2], actual[2], claimed[2], opacity[2], signal[2], third[2], effort[2];
    double mobilised[2], efficiency[2], efficient[2], floor_[2], diversified[2], denied[2], shock_harm[2];
    double decoupling[2], share[2], leverage[2], denial[2], warned[2];
    BOTH {
        vulnerability[i] = s->dependence[i] * (1 - C(surge_substitutability) * s->capacity[i]);
        double alarm = C(ambiguity_base) + C(ambiguity_alarm) * s->pressure[i];
        felt[i] = vulnerability[i] * (s->visibility[i] + (1 - s->visibility[i]) * alarm);
        reach[i] = C(reach_without_allies) + (1 - C(reach_without_allies)) * s->aligned[i];
        double offered = negotiation * (C(negotiation_opening) + C(negotiation_reciprocity) * s->credibility[o]);
        claimed[i] = least(1, restraint[i] + offered) * (1 - C(domestic_resistance) * s->pressure[i]);
        actual[i] = claimed[i] * P(signal_sincerity);
        opacity[i] = P(state_dominance) * (1 - C(transparency_effect) * signalling[i]);
        signal[i] = C(restraint_signal_weight) * claimed[i] +
                    (1 - opacity[i]) *
                        (C(intention_signal_weight) * signalling[i] + C(warning_signal_weight) * warning[i]);
        third[i] = C(third_state_exposure) * s->offence[i] * propensity[i];
        effort[i] = 1 - (1 - drive[i]) * (1 - s->response[i]);
        mobilised[i] = 1 - (1 - industrial[i]) * (1 - P(legitimacy_mobilisation) * s->pressure[i]) *
                               (1 - C(response_mobilisation) * s->response[i]);
        efficiency[i] = (1 - C(state_dominance_drag) * P(state_dominance)) *
                        (1 - C(frontier_access_weight) * export_control[o]);
        efficient[i] = least(1, P(initial_dependence) * (1 + C(tightening_effect) * tightening[o]));
        double alternative = C(third_state_supply_share) * (s->hedging + s->aligned[i]);
        floor_[i] = most(0, 1 - s->capacity[i] - alternative);
        diversified[i] = most(0, s->dependence[i] - floor_[i] * (1 - C(hard_decoupling) * drive[i])) *
                         C(max_diversification_rate) * effort[i] *
                         (C(untargeted_mitigation_floor) + (1 - C(untargeted_mitigation_floor)) * s->visibility[i]);
        denied[i] = s->dependence[i] * C(denial_rate) * export_control[o];
        double reachable = s->dependence[i] + most(0, efficient[i] - s->dependence[i]) * (1 - export_control[o]) *
                                                  s->dependence[i] / efficient[i];
        double redundancy = most(0, s->capacity[i] + alternative + reachable - 1);
        shock_harm[i] = most(0, shock * (1 - s->capacity[i]) - C(redundancy_use) * redundancy) *
                        (1 - s->visibility[i] * C(shock_preparedness));
        decoupling[i] = most(0, 1 - s->dependence[i] / P(initial_dependence));
        share[i] = s->capability[o] / (s->capability[0] + s->capability[1]);
        warned[i] = 1 - C(warning_effectiveness) * warning[i] * s->credibility[i];
    }

    /* Coercion: leverage over the other side, denial of technology, acts the other side sees. */
    BOTH leverage[i] = s->offence[i] * reach[i] * vulnerability[o], denial[i] = export_control[i] * vulnerability[o];
    double coercion[2], acts[2];
    BOTH {
        double will = least(1, propensity[i] * (1 + C(opportunism) * actual[o]));
        will += C(reactive_hostility) * s->suspicion[i];
        coercion[i] = leverage[i] * will * (1 - C(deterrence_effect) * leverage[o]);
        acts[i] = coercion[i] + C(denial_visibility) * denial[i] + C(third_state_demonstration) * third[i] +
                  s->war;
    }

    /* The hazard of a crisis, and the war that some crises become: it ends trade at its outbreak. */
    double index = (decoupling[0] + decoupling[1]) / 2;
    double opening = propensity[0] * most(0, 1 - leverage[1] / C(catastrophe_threshold)) +
                     propensity[1] * most(0, 1 - leverage[0] / C(catastrophe_threshold));
    double hazard = C(base_crisis_hazard) *
        exp(C(hazard_suspicion_slope) * ((s->suspicion[0] + s->suspicion[1]) / 2 - C(reference_suspicion)) +
            C(hazard_hostile_act_slope) * ((acts[0] + acts[1]) / 2 - C(reference_hostile_acts)) +
            C(hazard_pressure_slope) * ((s->pressure[0] + s->pressure[1]) / 2 - C(reference_pressure)) +
            C(commercial_peace_effect) * index + C(hazard_opportunity_slope) * C(opportunism) * opening);
    double war_onset = (1 - s->war) * C(war_onset_share) * C(violent_fraction) * hazard;
    BOTH denied[i] += s->dependence[i] * C(war_trade_loss) * war_onset;

    /* Threat as perceived, harm and the loss of welfare; blame for shortages and minds closed to good news. */
    double threat[2], harm[2], rate[2], blaming[2], closed[2];
    BOTH {
        double uncertainty = least(1, C(intention_uncertainty) + C(opacity_uncertainty) * opacity[o]);
        double belief = P(initial_suspicion) + C(confirmation_bias) * (s->suspicion[i] - P(initial_suspicion));
        double prior = uncertainty + (1 - uncertainty) * belief;
        double potential = felt[i] * s->offence[o] * reach[o] * warned[o];
        double raw = prior * (potential + P(lead_weight) * share[i] +
                              C(offence_defence_ambiguity) * (mobilised[o] + effort[o]) / 2 +
                              C(misattribution_fraction) * shock_harm[i]) +
                     C(demonstration_weight) * acts[o] + C(misappropriation_weight) * stealing[o] + s->blame[i];
        threat[i] = 1 - exp(-raw);
        blaming[i] = C(shock_blame_rate) * prior * shock_harm[i];
        closed[i] = C(suspicion_lock_in) / (1 + exp(-C(lock_in_steepness) * (s->suspicion[i] - C(lock_in_threshold))));
        harm[i] = coercion[o] * warned[o] + C(denial_harm_weight) * denial[o] +
                  C(unmet_harm_weight) * most(0, floor_[i] - s->dependence[i]) + shock_harm[i];
        rate[i] = P(decoupling_cost) * pow(decoupling[i], C(decoupling_cost_exponent)) *
                      (1 - C(substitution_mitigation) * s->capacity[i]) +
                  C(adjustment_cost) * (diversified[i] + denied[i]) + C(harm_cost) * harm[i] +
                  C(industrial_policy_cost) * mobilised[i] + C(sender_cost) * (coercion[i] + denial[i]) +
                  C(restraint_cost) * actual[i] + C(war_cost) * s->war;
    }

    /* Third states. */
    double hedging = s->hedging, align[2], back[2];
    BOTH {
        double base = C(alignment_return_rate) * x[IN_initial_aligned_with_us + i] /
                      (1 - C(initial_aligned_with_us) - C(initial_aligned_with_china));
        double attraction = (1 - share[i]) * exp(-C(coercion_repulsion) * third[i]);
        align[i] = hedging * (base + C(alignment_rate) * (bloc[i] + C(forced_choice) * index) * attraction);
        back[i] = s->aligned[i] * C(alignment_return_rate) * (1 + C(coercion_repulsion) * third[i]);
    }

    /* Euler: every flow is known, now every stock moves. */
    State n = *s;
    BOTH {
        double seen = s->credibility[o] * signal[o];
        n.suspicion[i] += dt * ((1 - s->suspicion[i]) * C(suspicion_learning_rate) * threat[i] -
                                s->suspicion[i] * (C(suspicion_forgetting_rate) + C(reassurance_effectiveness) * seen) *
                                    (1 - closed[i]));
        n.blame[i] += dt * ((1 - s->blame[i]) * blaming[i] - s->blame[i] / C(blame_fading_time));
        double indicated = C(response_gain) * threat[i] / (1 + C(cost_fatigue) * rate[i]);
        n.response[i] += dt * (indicated - s->response[i]) / C(policy_response_time);
        double deception = (1 - P(signal_sincerity)) * claimed[i] * s->visibility[o];
        double fading = C(credibility_fading_rate) + C(coercion_credibility_damage) * acts[i] +
                        C(deception_credibility_damage) * deception;
        n.credibility[i] += dt * ((1 - s->credibility[i]) * C(credibility_learning_rate) * signal[i] *
                                      (1 - C(bad_faith) * s->suspicion[o]) -
                                  s->credibility[i] * fading);
        double desired = (baseline[i] + (1 - baseline[i]) * P(deterrent_response) * threat[i]) * (1 - actual[i]);
        n.offence[i] += dt * (desired - s->offence[i]) / C(offensive_adjustment_time);
        n.dependence[i] += dt * ((efficient[i] - s->dependence[i]) * C(reintegration_rate) * (1 - effort[i]) *
                                     (1 - export_control[o]) - diversified[i] - denied[i]);
        double at_rest = C(opacity_churn_rate) * P(initial_visibility) / (1 - P(initial_visibility));
        double found = C(mapping_rate) * (mapping[i] + C(crisis_mapping_trigger) * s->pressure[i]);
        n.visibility[i] += dt * ((1 - s->visibility[i]) * (at_rest + found) - s->visibility[i] * C(opacity_churn_rate));
        double kept = C(capacity_obsolescence_rate) * P(initial_capacity) / (P(max_capacity) - P(initial_capacity));
        n.capacity[i] += dt * ((P(max_capacity) - s->capacity[i]) *
                                   (kept + C(max_build_rate) * mobilised[i] * efficiency[i]) -
                               s->capacity[i] * C(capacity_obsolescence_rate));
        double behind = most(0, s->capability[o] - s->capability[i]), own = P(initial_capability);
        double open = least(1, s->dependence[i] / P(initial_dependence)) * (1 - export_control[o]);
        n.capability[i] += dt * (s->capability[i] * C(innovation_gain) * mobilised[i] * efficiency[i] +
                                 C(diffusion_rate) * behind * open + C(misappropriation_rate) * stealing[i] * behind -
                                 s->capability[i] * C(scale_loss_rate) * decoupling[o] -
                                 s->capability[i] * C(diffusion_rate) * most(0, RIVAL(initial_capability) - own) / own -
                                 (s->capability[i] - own) / C(world_catch_up_time));
        n.pressure[i] += dt * ((1 - s->pressure[i]) * (P(legitimacy_sensitivity) * felt[i] * threat[i] +
                                                       P(harm_sensitivity) * harm[i]) -
                               s->pressure[i] * (1 + P(rally_effect) * acts[o]) / C(pressure_relief_time));
        n.loss[i] += dt * rate[i];
        n.aligned[i] += dt * (align[i] - back[i]);
    }
    n.hedging += dt * (back[0] + back[1] - align[0] - align[1]);
    n.hazard += dt * hazard;
    n.war += dt * (war_onset - s->war / C(war_duration));
    *s = n;
}

/* in[input][member] -> out[output][member][time], saved every `every` steps, the first and the last included; 0. */
int simulate(long members, const double *restrict in, double *restrict out, double start, double dt, long steps,
             long every) {
    long times = steps / every + 1;
    for (long m = 0; m < members; m++) {
        double x[INPUT_COUNT];
        for (int k = 0; k < INPUT_COUNT; k++) x[k] = in[k * members + m];
        State s = initial_state(x);
        for (long t = 0;; t++) {
            if (t % every == 0) {
                double *to = out + m * times + t / every;
                to[OUT_US_SUSPICION * members * times] = s.suspicion[0];
                to[OUT_CHINA_SUSPICION * members * times] = s.suspicion[1];
                to[OUT_US_LOSS * members * times] = s.loss[0];
                to[OUT_CHINA_LOSS * members * times] = s.loss[1];
                to[OUT_CRISIS * members * times] = 1 - exp(-s.hazard);
            }
            if (t == steps) break;
            step(&s, x, start + dt * (double)t, dt);
        }
    }
    return 0;
}
