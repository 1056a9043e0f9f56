/* The numbers the hand-written peers need from the US-China technology security dilemma, as one table.
 *
 * INPUTS(ONE, PAIR, LEVER) lists them in the order of the rows of the input matrix [input][member]:
 *   ONE(id, "name")     a number both powers share
 *   PAIR(id, "name")    one number for each power: "US name", "China name"
 *   LEVER(id, "name")   a policy lever: for each power its "… initial" and its "… goal"
 * Both C files make an enum and a table of names from it, so that the harness fills the rows by name.
 * Numbers that none of the five saved outputs depends on (costs of third states, the trust threshold, the weights of
 * the payoffs) are left out, as an engine that removes dead equations leaves them out. */
#ifndef DILEMMA_INPUTS_H
#define DILEMMA_INPUTS_H

#define INPUTS(ONE, PAIR, LEVER)                                                                                       \
    LEVER(industrial_policy, "industrial policy")                                                                      \
    LEVER(self_sufficiency_drive, "self sufficiency drive")                                                            \
    LEVER(export_control, "export control")                                                                            \
    LEVER(coercion_propensity, "coercion propensity")                                                                  \
    LEVER(offensive_baseline, "offensive baseline")                                                                    \
    LEVER(dependence_tightening, "dependence tightening")                                                              \
    LEVER(misappropriation, "misappropriation")                                                                        \
    LEVER(bloc_building, "bloc building")                                                                              \
    LEVER(mapping_effort, "mapping effort")                                                                            \
    LEVER(capability_restraint, "capability restraint")                                                                \
    LEVER(intention_signalling, "intention signalling")                                                                \
    LEVER(fair_warning, "fair warning")                                                                                \
    PAIR(signal_sincerity, "signal sincerity")                                                                         \
    PAIR(max_capacity, "max capacity")                                                                                 \
    PAIR(deterrent_response, "deterrent response")                                                                     \
    PAIR(lead_weight, "lead weight")                                                                                   \
    PAIR(legitimacy_sensitivity, "legitimacy sensitivity")                                                             \
    PAIR(harm_sensitivity, "harm sensitivity")                                                                         \
    PAIR(legitimacy_mobilisation, "legitimacy mobilisation")                                                           \
    PAIR(state_dominance, "state dominance")                                                                           \
    PAIR(decoupling_cost, "decoupling cost")                                                                           \
    PAIR(initial_suspicion, "initial suspicion")                                                                       \
    PAIR(initial_credibility, "initial credibility")                                                                   \
    PAIR(initial_dependence, "initial dependence")                                                                     \
    PAIR(initial_capacity, "initial capacity")                                                                         \
    PAIR(initial_capability, "initial capability")                                                                     \
    PAIR(initial_offensive_capability, "initial offensive capability")                                                 \
    PAIR(initial_response, "initial response")                                                                         \
    PAIR(initial_pressure, "initial pressure")                                                                         \
    PAIR(initial_visibility, "initial visibility")                                                                     \
    PAIR(rally_effect, "rally effect")                                                                                 \
    ONE(initial_aligned_with_us, "initial aligned with US")                                                            \
    ONE(initial_aligned_with_china, "initial aligned with China")                                                      \
    ONE(policy_start_time, "policy start time")                                                                        \
    ONE(policy_phase_in_duration, "policy phase in duration")                                                          \
    ONE(reassurance_start_time, "reassurance start time")                                                              \
    ONE(reassurance_phase_in_duration, "reassurance phase in duration")                                                \
    ONE(negotiation_goal, "negotiation goal")                                                                          \
    ONE(shock_magnitude, "shock magnitude")                                                                            \
    ONE(shock_start_time, "shock start time")                                                                          \
    ONE(shock_duration, "shock duration")                                                                              \
    ONE(intention_uncertainty, "intention uncertainty")                                                                \
    ONE(opacity_uncertainty, "opacity uncertainty")                                                                    \
    ONE(confirmation_bias, "confirmation bias")                                                                        \
    ONE(suspicion_learning_rate, "suspicion learning rate")                                                            \
    ONE(suspicion_forgetting_rate, "suspicion forgetting rate")                                                        \
    ONE(reassurance_effectiveness, "reassurance effectiveness")                                                        \
    ONE(demonstration_weight, "demonstration weight")                                                                  \
    ONE(misappropriation_weight, "misappropriation weight")                                                            \
    ONE(offence_defence_ambiguity, "offence defence ambiguity")                                                        \
    ONE(misattribution_fraction, "misattribution fraction")                                                            \
    ONE(deterrence_effect, "deterrence effect")                                                                        \
    ONE(reactive_hostility, "reactive hostility")                                                                      \
    ONE(opportunism, "opportunism")                                                                                    \
    ONE(warning_effectiveness, "warning effectiveness")                                                                \
    ONE(offensive_adjustment_time, "offensive adjustment time")                                                        \
    ONE(surge_substitutability, "surge substitutability")                                                              \
    ONE(reach_without_allies, "reach without allies")                                                                  \
    ONE(max_diversification_rate, "max diversification rate")                                                          \
    ONE(response_gain, "response gain")                                                                                \
    ONE(response_mobilisation, "response mobilisation")                                                                \
    ONE(cost_fatigue, "cost fatigue")                                                                                  \
    ONE(policy_response_time, "policy response time")                                                                  \
    ONE(reintegration_rate, "reintegration rate")                                                                      \
    ONE(denial_rate, "denial rate")                                                                                    \
    ONE(tightening_effect, "tightening effect")                                                                        \
    ONE(third_state_supply_share, "third state supply share")                                                          \
    ONE(hard_decoupling, "hard decoupling")                                                                            \
    ONE(untargeted_mitigation_floor, "untargeted mitigation floor")                                                    \
    ONE(max_build_rate, "max build rate")                                                                              \
    ONE(capacity_obsolescence_rate, "capacity obsolescence rate")                                                      \
    ONE(state_dominance_drag, "state dominance drag")                                                                  \
    ONE(frontier_access_weight, "frontier access weight")                                                              \
    ONE(innovation_gain, "innovation gain")                                                                            \
    ONE(world_catch_up_time, "world catch up time")                                                                    \
    ONE(diffusion_rate, "diffusion rate")                                                                              \
    ONE(misappropriation_rate, "misappropriation rate")                                                                \
    ONE(scale_loss_rate, "scale loss rate")                                                                            \
    ONE(pressure_relief_time, "pressure relief time")                                                                  \
    ONE(ambiguity_base, "ambiguity base")                                                                              \
    ONE(ambiguity_alarm, "ambiguity alarm")                                                                            \
    ONE(mapping_rate, "mapping rate")                                                                                  \
    ONE(crisis_mapping_trigger, "crisis mapping trigger")                                                              \
    ONE(opacity_churn_rate, "opacity churn rate")                                                                      \
    ONE(bad_faith, "bad faith")                                                                                        \
    ONE(credibility_learning_rate, "credibility learning rate")                                                        \
    ONE(credibility_fading_rate, "credibility fading rate")                                                            \
    ONE(coercion_credibility_damage, "coercion credibility damage")                                                    \
    ONE(deception_credibility_damage, "deception credibility damage")                                                  \
    ONE(restraint_signal_weight, "restraint signal weight")                                                            \
    ONE(intention_signal_weight, "intention signal weight")                                                            \
    ONE(warning_signal_weight, "warning signal weight")                                                                \
    ONE(transparency_effect, "transparency effect")                                                                    \
    ONE(negotiation_opening, "negotiation opening")                                                                    \
    ONE(negotiation_reciprocity, "negotiation reciprocity")                                                            \
    ONE(domestic_resistance, "domestic resistance")                                                                    \
    ONE(alignment_rate, "alignment rate")                                                                              \
    ONE(alignment_return_rate, "alignment return rate")                                                                \
    ONE(forced_choice, "forced choice")                                                                                \
    ONE(coercion_repulsion, "coercion repulsion")                                                                      \
    ONE(third_state_exposure, "third state exposure")                                                                  \
    ONE(adjustment_cost, "adjustment cost")                                                                            \
    ONE(harm_cost, "harm cost")                                                                                        \
    ONE(industrial_policy_cost, "industrial policy cost")                                                              \
    ONE(sender_cost, "sender cost")                                                                                    \
    ONE(restraint_cost, "restraint cost")                                                                              \
    ONE(decoupling_cost_exponent, "decoupling cost exponent")                                                          \
    ONE(substitution_mitigation, "substitution mitigation")                                                            \
    ONE(base_crisis_hazard, "base crisis hazard")                                                                      \
    ONE(reference_suspicion, "reference suspicion")                                                                    \
    ONE(reference_hostile_acts, "reference hostile acts")                                                              \
    ONE(reference_pressure, "reference pressure")                                                                      \
    ONE(hazard_suspicion_slope, "hazard suspicion slope")                                                              \
    ONE(hazard_hostile_act_slope, "hazard hostile act slope")                                                          \
    ONE(hazard_pressure_slope, "hazard pressure slope")                                                                \
    ONE(commercial_peace_effect, "commercial peace effect")                                                            \
    ONE(hazard_opportunity_slope, "hazard opportunity slope")                                                          \
    ONE(catastrophe_threshold, "catastrophe threshold")                                                                \
    ONE(unmet_harm_weight, "unmet harm weight")                                                                        \
    ONE(denial_harm_weight, "denial harm weight")                                                                      \
    ONE(denial_visibility, "denial visibility")                                                                        \
    ONE(third_state_demonstration, "third state demonstration")                                                        \
    ONE(redundancy_use, "redundancy use")                                                                              \
    ONE(shock_preparedness, "shock preparedness")                                                                      \
    ONE(violent_fraction, "violent fraction")                                                                          \
    ONE(suspicion_lock_in, "suspicion lock in")                                                                        \
    ONE(lock_in_threshold, "lock in threshold")                                                                        \
    ONE(lock_in_steepness, "lock in steepness")                                                                        \
    ONE(shock_blame_rate, "shock blame rate")                                                                          \
    ONE(blame_fading_time, "blame fading time")                                                                        \
    ONE(war_onset_share, "war onset share")                                                                            \
    ONE(war_duration, "war duration")                                                                                  \
    ONE(war_cost, "war cost")                                                                                          \
    ONE(war_trade_loss, "war trade loss")

/* Rows of the input matrix. A lever has four rows (US initial, China initial, US goal, China goal), a pair two. */
#define ROW_ONE(id, name) IN_##id,
#define ROW_PAIR(id, name) IN_##id, IN_##id##_china,
#define ROW_LEVER(id, name) IN_##id, IN_##id##_china, IN_##id##_goal, IN_##id##_goal_china,
enum { INPUTS(ROW_ONE, ROW_PAIR, ROW_LEVER) INPUT_COUNT };

#define NAME_ONE(id, name) name,
#define NAME_PAIR(id, name) "US " name, "China " name,
#define NAME_LEVER(id, name) "US " name " initial", "China " name " initial", "US " name " goal", "China " name " goal",
const char *const input_names[] = {INPUTS(NAME_ONE, NAME_PAIR, NAME_LEVER) 0};
const int input_count = INPUT_COUNT;

/* Saved outputs, in the order of the first axis of out[output][member][time]. */
enum { OUT_US_SUSPICION, OUT_CHINA_SUSPICION, OUT_US_LOSS, OUT_CHINA_LOSS, OUT_CRISIS, OUTPUT_COUNT };
const char *const output_names[] = {"US suspicion",          "China suspicion", "US cumulated welfare loss",
                                    "China cumulated welfare loss", "crisis probability", 0};
const int output_count = OUTPUT_COUNT;

#endif
