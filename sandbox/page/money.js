// Amounts as people read them. They arrive as whole minor units and stay whole: no float comes near.

const DIGITS = {};

export function digits(currency) {
  if (!(currency in DIGITS)) {
    try {
      DIGITS[currency] = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits;
    } catch {
      DIGITS[currency] = 2;
    }
  }
  return DIGITS[currency];
}

export function amount(minor, currency) {
  const places = digits(currency);
  const figures = String(Math.abs(minor)).padStart(places + 1, "0");
  const whole = figures.slice(0, figures.length - places).replace(/\B(?=(\d{3})+$)/g, "\u202F");
  return `${minor < 0 ? "−" : ""}${whole}${places ? `.${figures.slice(-places)}` : ""}`;
}
