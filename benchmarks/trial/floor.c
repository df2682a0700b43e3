/* One trial's recurrences and their gradient, at the paper's size and nothing else: the floor.

   What a trial cannot do without: T vector-matrix products each way over a matrix that does not
   fit the first-level cache, and an exponential and a logarithm a unit and step. The weight
   gradient is a product left to BLAS, the singular vectors are left to LAPACK (floor.py). */
#include <math.h>
#include <stdint.h>
#include <string.h>

#define UNITS 100
#define WIDTH 104 /* whole registers of eight */
#define VECTORS (WIDTH / 8)

typedef float v8 __attribute__((vector_size(32)));

static inline float exp_of_negative(float x) {
    x = x < -87.0f ? -87.0f : x;
    float n = __builtin_rintf(x * 1.44269504f);
    float r = x - n * 0.693359375f + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    union { int32_t i; float f; } power = {.i = ((int32_t)n + 127) << 23};
    return p * power.f;
}

static inline float log_of_one_plus(float x) { /* x from 0 to 1 */
    union { float f; int32_t i; } y = {.f = 1.0f + x};
    int32_t e = (y.i - 0x3f3504f3) >> 23;
    y.i -= e << 23;
    float m = y.f - 1.0f, z = m * m, p = 7.0376836292e-2f;
    p = p * m - 1.1514610310e-1f;
    p = p * m + 1.1676998740e-1f;
    p = p * m - 1.2420140846e-1f;
    p = p * m + 1.4249322787e-1f;
    p = p * m - 1.6668057665e-1f;
    p = p * m + 2.0000714765e-1f;
    p = p * m - 2.4999993993e-1f;
    p = p * m + 3.3333331174e-1f;
    return m + (p * m * z - 0.5f * z) + (float)e * 0.69314718056f;
}

static inline void add_product(v8 *sum, const float *vector, const float *matrix) {
    for (int i = 0; i < UNITS; i++) {
        const v8 *row = (const v8 *)(matrix + i * WIDTH);
        v8 value = vector[i] - (v8){};
        for (int j = 0; j < VECTORS; j++) sum[j] += value * row[j];
    }
}

void forward(int steps, const float *drive, const float *recurrent, const float *start,
             float alpha, float *states, float *slopes) {
    const float *before = start;
    for (int t = 0; t < steps; t++) {
        v8 sum[VECTORS];
        float current[WIDTH] __attribute__((aligned(32)));
        memcpy(sum, drive + t * WIDTH, sizeof sum);
        add_product(sum, before, recurrent);
        memcpy(current, sum, sizeof current);
        float *after = states + t * WIDTH, *slope = slopes + t * WIDTH;
        for (int j = 0; j < WIDTH; j++) {
            float decay = exp_of_negative(-fabsf(current[j]));
            float positive = current[j] > 0 ? current[j] : 0;
            slope[j] = alpha * (current[j] > 0 ? 1.0f : decay) / (1.0f + decay);
            after[j] = (1 - alpha) * before[j] + alpha * (positive + log_of_one_plus(decay));
        }
        before = after;
    }
}

void backward(int steps, const float *local, const float *slopes, const float *transposed,
              float alpha, float *at_currents, float *at_start) {
    float gradient[WIDTH] __attribute__((aligned(32))) = {0};
    for (int t = steps - 1; t >= 0; t--) {
        float *at = at_currents + t * WIDTH;
        v8 sum[VECTORS];
        for (int j = 0; j < WIDTH; j++) {
            gradient[j] += local[t * WIDTH + j];
            at[j] = gradient[j] * slopes[t * WIDTH + j];
        }
        for (int j = 0; j < VECTORS; j++) sum[j] = (1 - alpha) * *(v8 *)(gradient + 8 * j);
        add_product(sum, at, transposed);
        memcpy(gradient, sum, sizeof gradient);
    }
    memcpy(at_start, gradient, sizeof gradient);
}
