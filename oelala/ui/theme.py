"""Our own look for Gradio's components. The colours live in `assets/page/tokens.css`, light and dark."""

from __future__ import annotations

from typing import Any

FONT = ("Inter", "ui-sans-serif", "system-ui", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")

# Gradio's variable -> our token. A value that is no token is taken as it stands.
_VALUES: dict[str, str] = {
    "body_background_fill": "bg",
    "body_text_color": "text",
    "body_text_color_subdued": "muted",
    "body_text_size": "14px",
    "background_fill_primary": "surface",
    "background_fill_secondary": "sunken",
    "border_color_primary": "line",
    "border_color_accent": "accent",
    "color_accent": "accent",
    "color_accent_soft": "accent-soft",
    "accordion_text_color": "text",
    "block_background_fill": "transparent",
    "block_border_width": "0px",
    "block_info_text_color": "muted",
    "block_info_text_size": "12px",
    "block_label_background_fill": "transparent",
    "block_label_text_color": "text",
    "block_padding": "0px",
    "block_radius": "0px",
    "block_shadow": "none",
    "block_title_text_color": "text",
    "block_title_text_size": "13px",
    "block_title_text_weight": "600",
    "form_gap_width": "0px",
    "layout_gap": "18px",
    "panel_background_fill": "transparent",
    "checkbox_background_color": "field",
    "checkbox_background_color_hover": "field",
    "checkbox_background_color_focus": "field",
    "checkbox_background_color_selected": "accent",
    "checkbox_border_color": "field-line",
    "checkbox_border_color_hover": "accent",
    "checkbox_border_color_focus": "accent",
    "checkbox_border_color_selected": "accent",
    "checkbox_label_background_fill": "field",
    "checkbox_label_background_fill_hover": "sunken",
    "checkbox_label_background_fill_selected": "accent-soft",
    "checkbox_label_border_color": "field-line",
    "checkbox_label_border_color_hover": "field-line",
    "checkbox_label_border_color_selected": "accent",
    "checkbox_label_text_color": "text",
    "checkbox_label_text_color_selected": "accent-text",
    "checkbox_label_padding": "6px 10px",
    "checkbox_label_shadow": "none",
    "error_background_fill": "surface",
    "error_border_color": "bad",
    "error_text_color": "bad",
    "error_icon_color": "bad",
    "input_background_fill": "field",
    "input_background_fill_focus": "field",
    "input_background_fill_hover": "field",
    "input_border_color": "field-line",
    "input_border_color_focus": "accent",
    "input_border_color_hover": "field-line",
    "input_border_width": "1px",
    "input_padding": "9px 12px",
    "input_placeholder_color": "muted",
    "input_radius": "10px",
    "input_shadow": "none",
    "input_shadow_focus": "0 0 0 3px var(--o-ring)",
    "input_text_size": "14px",
    "loader_color": "accent",
    "slider_color": "accent",
    "button_border_width": "1px",
    "button_large_padding": "11px 22px",
    "button_large_radius": "12px",
    "button_large_text_size": "15px",
    "button_large_text_weight": "600",
    "button_small_radius": "10px",
    "button_primary_background_fill": "accent",
    "button_primary_background_fill_hover": "accent-strong",
    "button_primary_border_color": "transparent",
    "button_primary_text_color": "on-accent",
    "button_primary_shadow": "none",
    "button_secondary_background_fill": "field",
    "button_secondary_background_fill_hover": "sunken",
    "button_secondary_border_color": "field-line",
    "button_secondary_text_color": "text",
    "button_secondary_shadow": "none",
    "link_text_color": "accent-text",
    "link_text_color_hover": "accent-text",
    "link_text_color_visited": "accent-text",
}
_TOKENS = frozenset(
    {"bg", "surface", "sunken", "field", "field-line", "line", "text", "muted", "bad", "accent"}
    | {f"accent-{shade}" for shade in ("strong", "soft", "text")}
    | {"on-accent"}
)


def build_theme() -> Any:
    """One set of values for light and dark: the tokens they point to change, not the pointers."""
    import gradio as gr

    theme = gr.themes.Base(font=list(FONT), font_mono=list(MONO))
    known = vars(theme)
    values = {name: f"var(--o-{value})" if value in _TOKENS else value for name, value in _VALUES.items()}
    dark = {f"{name}_dark": value for name, value in values.items() if f"{name}_dark" in known}
    return theme.set(**values, **dark)
