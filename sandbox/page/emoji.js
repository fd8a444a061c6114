/** Names of common emoji, as people and alert tools write them between colons. */

const NAMES = {
  "+1": "👍", thumbsup: "👍", "-1": "👎", thumbsdown: "👎", eyes: "👀", tada: "🎉", fire: "🔥", rocket: "🚀",
  thinking_face: "🤔", thinking: "🤔", white_check_mark: "✅", heavy_check_mark: "✔️", ballot_box_with_check: "☑️",
  x: "❌", warning: "⚠️", rotating_light: "🚨", red_circle: "🔴", large_blue_circle: "🔵", large_green_circle: "🟢",
  large_yellow_circle: "🟡", large_orange_circle: "🟠", green_circle: "🟢", yellow_circle: "🟡", white_circle: "⚪",
  black_circle: "⚫", no_entry: "⛔", no_entry_sign: "🚫", octagonal_sign: "🛑", stop_sign: "🛑", question: "❓",
  grey_question: "❔", exclamation: "❗", bangbang: "‼️", heavy_exclamation_mark: "❗", sparkles: "✨", star: "⭐",
  zap: "⚡", boom: "💥", bug: "🐛", wrench: "🔧", hammer: "🔨", hammer_and_wrench: "🛠️", gear: "⚙️", lock: "🔒",
  unlock: "🔓", key: "🔑", mag: "🔍", bulb: "💡", memo: "📝", pencil: "📝", pushpin: "📌", link: "🔗", package: "📦",
  chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉", bar_chart: "📊", calendar: "📅", clock3: "🕒",
  hourglass: "⌛", hourglass_flowing_sand: "⏳", stopwatch: "⏱️", alarm_clock: "⏰", bell: "🔔", no_bell: "🔕",
  mega: "📣", loudspeaker: "📢", speech_balloon: "💬", robot_face: "🤖", robot: "🤖", computer: "💻", cloud: "☁️",
  globe_with_meridians: "🌐", earth_americas: "🌎", satellite: "🛰️", electric_plug: "🔌", battery: "🔋",
  wastebasket: "🗑️", arrow_up: "⬆️", arrow_down: "⬇️", arrow_right: "➡️", arrow_left: "⬅️", rewind: "⏪",
  leftwards_arrow_with_hook: "↩️", repeat: "🔁", arrows_counterclockwise: "🔄", recycle: "♻️", heavy_plus_sign: "➕",
  "100": "💯", ok: "🆗", ok_hand: "👌", raised_hands: "🙌", clap: "👏", pray: "🙏", wave: "👋", muscle: "💪",
  point_up: "☝️", point_right: "👉", point_left: "👈", point_down: "👇", raising_hand: "🙋", handshake: "🤝",
  facepalm: "🤦", man_facepalming: "🤦", shrug: "🤷", smile: "😄", slightly_smiling_face: "🙂", grin: "😁", joy: "😂",
  sob: "😭", cry: "😢", sweat: "😓", sweat_smile: "😅", scream: "😱", fearful: "😨", grimacing: "😬", sleeping: "😴",
  zzz: "💤", tired_face: "😫", weary: "😩", disappointed: "😞", confused: "😕", face_palm: "🤦", upside_down_face: "🙃",
  exploding_head: "🤯", nerd_face: "🤓", heart: "❤️", green_heart: "💚", broken_heart: "💔", pizza: "🍕", ramen: "🍜",
  coffee: "☕", beer: "🍺", cake: "🍰", popcorn: "🍿", snowflake: "❄️", sunny: "☀️", crescent_moon: "🌙",
  ghost: "👻", skull: "💀", crown: "👑", trophy: "🏆", checkered_flag: "🏁", triangular_flag_on_post: "🚩",
  construction: "🚧", fire_engine: "🚒", ambulance: "🚑", shield: "🛡️", dart: "🎯", moneybag: "💰", house: "🏠",
};

/** The character of an emoji's name, or null when the name is not known (then it stays text). */
export const emoji = (name) => (Object.hasOwn(NAMES, name) ? NAMES[name] : null);
