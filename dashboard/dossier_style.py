"""The style of the document of a dossier: on screen, and on A4 paper in the Chinese fonts of the reader's system."""

STYLE = """
@page {
  size: A4; margin: 18mm 16mm 20mm;
  @bottom-center { content: counter(page) " / " counter(pages); font-size: 9pt }
}
body {
  font: 16px/1.6 "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", SimSun, sans-serif;
  max-width: 48rem; margin: 2rem auto; padding: 0 1rem; color: #111; overflow-wrap: anywhere;
}
h1 { font-size: 1.5rem }
h2 { font-size: 1.15rem; border-bottom: 1px solid #999; margin-top: 2rem; break-after: avoid }
table { border-collapse: collapse; width: 100% }
thead { display: table-header-group }
tr, figure { break-inside: avoid }
th, td { border: 1px solid #bbb; padding: .3rem .5rem; text-align: left; vertical-align: top }
th { background: #f2f2f2; font-weight: 600; white-space: nowrap }
.key-value th { width: 7.5rem; white-space: normal }
.course th { width: 2rem }
.course td:nth-child(2) { width: 10.5rem }
.late { color: #b3101f; font-weight: 600 }
code { font-size: .75rem }
ol { padding-left: 5rem; font-variant-numeric: tabular-nums }
blockquote { margin: .2rem 0 .2rem 1rem; white-space: pre-wrap }
p { white-space: pre-wrap }
figure { margin: .5rem 0 1rem }
figcaption { display: flex; flex-wrap: wrap; gap: .2rem 1.5rem }
figure svg { width: 100%; height: auto; display: block }
figure svg.key { display: inline-block; width: 2.5rem; margin-right: .4rem }
figure img { max-width: 100%; max-height: 21cm; border: 1px solid #bbb }
svg text { font: 11px "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; fill: #333 }
svg polyline, svg.key path { fill: none; stroke-width: 2.2 }
svg .frame { fill: none; stroke: #777 }
svg .net { fill: none; stroke: #d4dbe0; stroke-width: .7 }
svg .scale { fill: none; stroke: #333; stroke-width: 1.3 }
svg .place { fill: none; stroke: #b3101f; stroke-width: 2.5 }
svg .near { fill: #b3101f; stroke: #b3101f; stroke-width: 1.3 }
svg .about { stroke: #555; stroke-dasharray: 2 4 }
@media print {
  body { font-size: 10.5pt; line-height: 1.5; margin: 0; padding: 0; max-width: none }
  h1 { font-size: 16pt }
  code { font-size: 7.5pt }
  th, svg { print-color-adjust: exact; -webkit-print-color-adjust: exact }
}
"""
