/* exp and pow for all lanes of a vector at once, as polynomials: the C library has them for one double only.
 *
 * With AVX-512 the rounding, scaling, exponent and table steps are one instruction each; without it the same is
 * spelled with GCC's portable vectors and integer arithmetic on the bits. Both keep NaN visible.
 * Largest error measured against the C library's long double over the whole range: exp 1.3 ulp, pow 2.5 ulp. */
#ifndef VECTOR_MATH_H
#define VECTOR_MATH_H

#ifdef __AVX__
#include <immintrin.h>
#endif

/* As many lanes as a register has: 8 with AVX-512, 4 with AVX, 2 elsewhere (SSE2, NEON). */
#if defined(__AVX512F__)
enum { LANES = 8 };
#elif defined(__AVX__)
enum { LANES = 4 };
#else
enum { LANES = 2 };
#endif
typedef double vec __attribute__((vector_size(8 * LANES)));
typedef long long ivec __attribute__((vector_size(8 * LANES)));

#define INLINE static inline __attribute__((always_inline))

INLINE vec all(double a) { return a - (vec){0}; }
INLINE ivec bits(vec a) { return (ivec)a; }
INLINE vec choose(ivec mask, vec yes, vec no) { return (vec)((mask & bits(yes)) | (~mask & bits(no))); }

/* The bound comes first: where the other value is NaN, NaN is what comes back. */
#if defined(__AVX512F__)
INLINE vec most(double bound, vec a) { return (vec)_mm512_max_pd((__m512d)all(bound), (__m512d)a); }
INLINE vec least(double bound, vec a) { return (vec)_mm512_min_pd((__m512d)all(bound), (__m512d)a); }
INLINE vec fused(vec a, vec b, vec c) { return (vec)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c); }
#elif defined(__AVX__) && defined(__FMA__)
INLINE vec most(double bound, vec a) { return (vec)_mm256_max_pd((__m256d)all(bound), (__m256d)a); }
INLINE vec least(double bound, vec a) { return (vec)_mm256_min_pd((__m256d)all(bound), (__m256d)a); }
INLINE vec fused(vec a, vec b, vec c) { return (vec)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c); }
#else
INLINE vec most(double bound, vec a) { return choose(all(bound) > a, all(bound), a); }
INLINE vec least(double bound, vec a) { return choose(all(bound) < a, all(bound), a); }
INLINE vec fused(vec a, vec b, vec c) {
    for (int i = 0; i < LANES; i++) c[i] = __builtin_fma(a[i], b[i], c[i]);
    return c;
}
#endif

/* Sixteen doubles looked up by the low four bits of each lane. */
INLINE vec pick(const double *table, ivec index) {
#ifdef __AVX512F__
    return (vec)_mm512_permutex2var_pd(_mm512_load_pd(table), (__m512i)index, _mm512_load_pd(table + 8));
#else
    vec out;
    for (int i = 0; i < LANES; i++) out[i] = table[index[i] & 15];
    return out;
#endif
}

#define ALIGNED __attribute__((aligned(64)))
#define pick16 pick

/* Thirty-two doubles looked up by the low five bits of each lane. */
INLINE vec pick32(const double *table, ivec index) {
#ifdef __AVX512F__
    return choose((index & 16) != 0, pick(table + 16, index), pick(table, index));
#else
    vec out;
    for (int i = 0; i < LANES; i++) out[i] = table[index[i] & 31];
    return out;
#endif
}

/* Any number of doubles, looked up by the low 32 bits of each lane. */
INLINE vec gather(const double *table, ivec index) {
    vec out;
    for (int i = 0; i < LANES; i++) out[i] = table[(int)index[i]];
    return out;
}

/* The nearest whole number in the low bits of each lane, |a| < 2^31. */
INLINE ivec whole(vec a) { return bits(a + 0x1.8p52); }

INLINE vec sqrt_each(vec a) {
    for (int i = 0; i < LANES; i++) a[i] = __builtin_sqrt(a[i]);
    return a;
}

/* `soonest`, or `threshold` where that is earlier and not yet over. */
INLINE vec earlier(vec soonest, vec threshold, double now) {
    return choose((threshold >= now) & (threshold < soonest), threshold, soonest);
}

INLINE double lowest(vec a) {
    double least_of = a[0];
    for (int i = 1; i < LANES; i++) least_of = a[i] < least_of ? a[i] : least_of;
    return least_of;
}

/* a * 2^floor(k), k a multiple of 1/16 that exp has limited. */
INLINE vec scaled(vec a, vec k) {
#ifdef __AVX512F__
    return (vec)_mm512_scalef_pd((__m512d)a, (__m512d)k);
#else
    ivec n = bits(k - 0.46875 + 0x1.8p52) << 13 >> 13, half = n >> 1; /* in two halves: subnormal results */
    return a * (vec)((half + 1023) << 52) * (vec)((n - half + 1023) << 52);
#endif
}

/* 2^(i/16) */
static const double root[16] __attribute__((aligned(64))) = {
    0x1.0000000000000p+0, 0x1.0b5586cf9890fp+0, 0x1.172b83c7d517bp+0, 0x1.2387a6e756238p+0,
    0x1.306fe0a31b715p+0, 0x1.3dea64c123422p+0, 0x1.4bfdad5362a27p+0, 0x1.5ab07dd485429p+0,
    0x1.6a09e667f3bcdp+0, 0x1.7a11473eb0187p+0, 0x1.8ace5422aa0dbp+0, 0x1.9c49182a3f090p+0,
    0x1.ae89f995ad3adp+0, 0x1.c199bdd85529cp+0, 0x1.d5818dcfba487p+0, 0x1.ea4afa2a490dap+0};

/* e^(a + tail) for n vectors side by side: their chains hide each other's latency and they share the coefficients.
 * tail is a small correction to a, or none. k = log2(e) a rounded to sixteenths (adding 1.5 * 2^48 rounds),
 * r = a - k ln 2, |r| < 0.0217, e^a = 2^whole(k) * 2^fraction(k) * e^r, e^r by a polynomial of degree 6. */
#define EACH for (int i = 0; i < n; i++)

INLINE void exp_many(int n, vec *a, const vec *tail) {
    vec t[5], k[5], r[5], r2[5], p[5], q[5];
    EACH a[i] = least(710.0, most(-746.0, a[i]));
    EACH t[i] = fused(a[i], all(0x1.71547652b82fep+0), all(0x1.8p48));
    EACH k[i] = t[i] - 0x1.8p48;
    EACH r[i] = fused(k[i], all(-0x1.62e42fefap-1), a[i]);
    EACH r[i] = fused(k[i], all(-0x1.cf79abc9e3b3ap-40), r[i]);
    if (tail) EACH r[i] += tail[i];
    EACH r2[i] = r[i] * r[i];
    EACH p[i] = fused(r[i], all(0x1.11120af701debp-7), all(0x1.55555555194d2p-5));
    EACH q[i] = fused(r[i], all(0x1.55555554dd44dp-3), all(0.5));
    EACH p[i] = fused(r2[i], all(0x1.6c17bb51f23a7p-10), p[i]);
    EACH p[i] = fused(r2[i], p[i], q[i]);
    EACH p[i] = fused(r2[i], p[i], r[i]);
    EACH q[i] = pick(root, bits(t[i]));
    EACH a[i] = scaled(fused(q[i], p[i], q[i]), k[i]);
}

INLINE vec exp_one(vec a) {
    exp_many(1, &a, 0);
    return a;
}

/* Sixteen centres c_i = 1 + (i + 1/2)/16: short reciprocals and their exact logarithms. */
static const double centre_inverse[16] __attribute__((aligned(64))) = {
    0x1.f00p-1, 0x1.d40p-1, 0x1.ba0p-1, 0x1.a40p-1, 0x1.900p-1, 0x1.7e0p-1, 0x1.6c0p-1, 0x1.5c0p-1,
    0x1.4e0p-1, 0x1.420p-1, 0x1.360p-1, 0x1.2a0p-1, 0x1.200p-1, 0x1.160p-1, 0x1.0c0p-1, 0x1.040p-1};
static const double centre_log[16] __attribute__((aligned(64))) = {
    0x1.0415d89e74444p-5, 0x1.700d30aeac0e1p-4, 0x1.2d1610c86813ap-3, 0x1.95a5adcf7017fp-3,
    0x1.f991c6cb3b379p-3, 0x1.2bef07cdc9354p-2, 0x1.5d5bddf595f30p-2, 0x1.8b639a88b2df5p-2,
    0x1.b56fa04462909p-2, 0x1.dae75484c9616p-2, 0x1.00e5ae5b207abp-1, 0x1.151c3f6f29612p-1,
    0x1.269621134db92p-1, 0x1.38ae2171976e7p-1, 0x1.4b6fd6f970c1fp-1, 0x1.5af405c3649e0p-1};

/* x = 2^e m with 1 <= m < 2 */
INLINE void exponent_and_mantissa(vec x, vec *e, vec *m) {
#ifdef __AVX512F__
    *e = (vec)_mm512_getexp_pd((__m512d)x);
    *m = (vec)_mm512_getmant_pd((__m512d)x, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_src);
#else
    ivec tiny = x < 0x1p-1022;
    vec normal = choose(tiny, x * 0x1p54, x);
    *e = __builtin_convertvector((bits(normal) >> 52) - 1023 - (tiny & 54), vec);
    *m = choose(normal == normal, (vec)((bits(normal) & 0xfffffffffffffLL) | 0x3ff0000000000000LL), x);
#endif
}

/* x^y for finite x >= 0: x = 2^e m, log x = e ln 2 + log c + log(1 + r) with r = m/c - 1, |r| <= 1/32, kept as a sum
 * of two doubles because y multiplies its error; then e^(y log x). x = 0 gives 0^y, which the caller passes as
 * `at_zero`. x holds the result. */
INLINE void pow_many(int n, vec *x, const vec *y, const vec *at_zero) {
    vec e[2], m[2], r[2], r2[2], p[2], q[2], s[2], head[2], lost[2], power[2];
    ivec index[2];
    EACH exponent_and_mantissa(x[i], &e[i], &m[i]);
    EACH index[i] = (ivec)(bits(m[i]) >> 48);
    EACH r[i] = fused(m[i], pick(centre_inverse, index[i]), all(-1.0));
    EACH m[i] = pick(centre_log, index[i]);
    EACH r2[i] = r[i] * r[i];
    EACH p[i] = fused(r[i], all(0.11128888125974831), all(-0.12519554379498365));
    EACH q[i] = fused(r[i], all(0.14285703430978897), all(-0.1666665472672695));
    EACH s[i] = fused(r[i], all(0.20000000002120497), all(-0.2500000000233249));
    EACH p[i] = fused(r2[i], p[i], q[i]);
    EACH q[i] = fused(r[i], all(0.3333333333333327), all(-0.4999999999999993));
    EACH p[i] = fused(r2[i], p[i], s[i]);
    EACH p[i] = fused(r2[i], p[i], q[i]);
    EACH s[i] = e[i] * 0x1.62e42fefap-1;
    EACH head[i] = s[i] + m[i];
    EACH lost[i] = (s[i] - head[i]) + m[i];
    EACH s[i] = head[i] + r[i];
    EACH lost[i] += (head[i] - s[i]) + r[i];
    EACH p[i] = fused(r2[i], p[i], fused(e[i], all(0x1.cf79abc9e3b3ap-40), lost[i]));
    EACH power[i] = y[i] * s[i];
    EACH p[i] = fused(y[i], p[i], fused(y[i], s[i], -power[i]));
    exp_many(n, power, p);
    EACH x[i] = choose(x[i] == 0.0, at_zero[i], power[i]);
}

/* Natural logarithm of x >= 0 as above, in one double: to 2 ulp away from 1, absolutely to 1e-16 near 1. */
INLINE vec log_one(vec x) {
    vec e, m;
    exponent_and_mantissa(x, &e, &m);
    ivec index = (ivec)(bits(m) >> 48);
    vec r = fused(m, pick(centre_inverse, index), all(-1.0)), r2 = r * r;
    vec p = fused(r, all(0.11128888125974831), all(-0.12519554379498365));
    vec q = fused(r, all(0.14285703430978897), all(-0.1666665472672695));
    vec s = fused(r, all(0.20000000002120497), all(-0.2500000000233249));
    p = fused(r2, p, q);
    q = fused(r, all(0.3333333333333327), all(-0.4999999999999993));
    p = fused(r2, fused(r2, p, s), q);
    vec sum = fused(r2, p, r) + fused(e, all(0x1.62e42fefa39efp-1), pick(centre_log, index));
    sum = choose(x == 0.0, all(-__builtin_inf()), sum);
    return choose(x >= 0.0, choose(x == all(__builtin_inf()), x, sum), all(__builtin_nan("")));
}

/* x^y for x >= 0. */
INLINE vec pow_one(vec x, vec y) {
    vec at_zero = choose(y > 0.0, all(0.0), choose(y == 0.0, all(1.0), all(__builtin_inf())));
    ivec negative = x < 0.0;
    pow_many(1, &x, &y, &at_zero);
    return choose(negative, all(__builtin_nan("")), x);
}

#endif
