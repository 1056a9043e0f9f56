/* A supply chain of regions and goods, each array equation a loop over its elements, members in the lanes of a vector:
 * what the model of arrays.py computes, written by hand. The file that includes it says how many REGIONS and GOODS there
 * are, and gives base_demand and capacity.
 *
 * Numbers that differ by element are kept once, not once a lane: no member changes them. What only the totals need is
 * computed when they are saved. The buffers are static, one set a thread, so that large arrays need no stack. */
#include "vector_math.h"

enum { COVER, ADJUSTMENT, SENSITIVITY, INPUTS, SAVED = 3, MOST_TIMES = 1024 };
const char *input_names[] = {"cover", "adjustment time", "price sensitivity"};
const int input_count = INPUTS;

#define LEAD 3.0
#define MINIMUM_TIME 0.5
#define SMOOTHING 4.0
#define GROWTH 0.01
#define ALIGNED __attribute__((aligned(64)))

typedef vec Array[REGIONS][GOODS];
static _Thread_local Array inventory ALIGNED, transit ALIGNED, expected ALIGNED, price ALIGNED, wanted ALIGNED;
static _Thread_local vec scarcity[GOODS] ALIGNED, held[GOODS] ALIGNED, wished[GOODS] ALIGNED, room[REGIONS] ALIGNED;

#define EACH_REGION for (int r = 0; r < REGIONS; r++)
#define EACH_GOOD for (int g = 0; g < GOODS; g++)

INLINE vec smaller(vec a, vec b) { return choose(a < b, a, b); }

INLINE vec shipped(int r, int g, double now) {
    vec pull = base_demand[r][g] * (1.0 + GROWTH * now) / (0.5 + 0.5 * price[r][g]);
    return smaller(pull, inventory[r][g] * (1.0 / MINIMUM_TIME));
}

static void begin(vec cover) {
    EACH_REGION EACH_GOOD {
        expected[r][g] = all(base_demand[r][g]);
        inventory[r][g] = cover * base_demand[r][g];
        transit[r][g] = all(LEAD * base_demand[r][g]);
        price[r][g] = all(1.0);
    }
}

/* What every region wishes and has in sum over goods, and what every good has in sum over regions. */
static void sum_up(vec cover, vec adjustment) {
    EACH_GOOD held[g] = wished[g] = all(0.0);
    EACH_REGION {
        vec load = all(0.0);
        EACH_GOOD {
            vec desired = cover * expected[r][g];
            vec gap = desired - inventory[r][g] + LEAD * expected[r][g] - transit[r][g];
            load += wanted[r][g] = most(0.0, expected[r][g] + gap / adjustment);
            wished[g] += desired;
            held[g] += inventory[r][g];
        }
        room[r] = least(1.0, capacity[r] / most(0.001, load));
    }
    EACH_GOOD scarcity[g] = wished[g] / held[g];
}

static void advance(vec sensitivity, double now, double dt) {
    EACH_REGION EACH_GOOD {
        vec pull = base_demand[r][g] * (1.0 + GROWTH * now) / (0.5 + 0.5 * price[r][g]);
        vec shipments = smaller(pull, inventory[r][g] * (1.0 / MINIMUM_TIME)), arrivals = transit[r][g] * (1.0 / LEAD);
        inventory[r][g] += dt * (arrivals - shipments);
        transit[r][g] += dt * (wanted[r][g] * room[r] - arrivals);
        expected[r][g] += (dt / SMOOTHING) * (pull - expected[r][g]);
        price[r][g] += dt * sensitivity * (scarcity[g] - price[r][g]);
    }
}

static void save(vec kept[SAVED], double now) {
    kept[0] = kept[1] = kept[2] = all(0.0);
    EACH_REGION EACH_GOOD {
        kept[0] += inventory[r][g];
        kept[1] += shipped(r, g, now);
        kept[2] += price[r][g];
    }
    kept[2] /= (double)(REGIONS * GOODS);
}

int simulate(long members, const double *restrict in, double *restrict out, double start, double dt, long steps,
             long every) {
    static _Thread_local vec x[INPUTS] ALIGNED, kept[MOST_TIMES][SAVED] ALIGNED;
    long times = steps / every + 1;
    if (times > MOST_TIMES) return 1;
    for (long first = 0; first < members; first += LANES) {
        long lanes = members - first < LANES ? members - first : LANES;
        for (int k = 0; k < INPUTS; k++)
            for (int lane = 0; lane < LANES; lane++) x[k][lane] = in[k * members + first + (lane < lanes ? lane : 0)];
        begin(x[COVER]);
        for (long step = 0; step <= steps; step++) {
            double now = start + step * dt;
            if (step % every == 0) save(kept[step / every], now);
            sum_up(x[COVER], x[ADJUSTMENT]);
            advance(x[SENSITIVITY], now, dt);
        }
        for (int k = 0; k < SAVED; k++)
            for (long lane = 0; lane < lanes; lane++)
                for (long t = 0; t < times; t++) out[(k * members + first + lane) * times + t] = kept[t][k][lane];
    }
    return 0;
}
