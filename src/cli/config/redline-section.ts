// The section `[redline]` of benchmark.ini: what a redline test does unless a flag says otherwise.

/** How a redline test is done by default; times in seconds. */
export interface RedlineDefaults {
  /** `scale_step` */
  readonly scaleStep: number;
  /** `scaledown_percentage`: a share, above 0 and at most 1. */
  readonly scaleDown: number;
  /** `post_scaledown_sleep` */
  readonly sleep: number;
  /** `cpu_window_seconds` */
  readonly cpuWindow: number;
  /** `cpu_check_interval` */
  readonly cpuInterval: number;
}

/** What holds without a configuration. */
export const usualRedline: RedlineDefaults = {
  scaleStep: 5,
  scaleDown: 0.1,
  sleep: 30,
  cpuWindow: 30,
  cpuInterval: 30,
};
