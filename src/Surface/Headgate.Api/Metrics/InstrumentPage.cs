using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Headgate.Api.Metrics;

/// <summary>
/// What the parts of the server measure by <see cref="Meter"/>s of theirs, for the page: the same figures that an OpenTelemetry exporter sends.
/// </summary>
internal sealed class InstrumentPage : IDisposable
{
    /// <summary>Meters of ours begin so.</summary>
    public const string Ours = "Headgate.";

    /// <summary>
    /// Series of one instrument: kinds of operations times what can come of them, or providers times calls times outcomes, are some
    /// hundreds. What comes beyond is not counted, so that no label that was forgotten can fill the memory.
    /// </summary>
    public const int MostSeries = 2000;

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, ConcurrentDictionary<string, Series>> _instruments = new();

    public InstrumentPage()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!instrument.Meter.Name.StartsWith(Ours, StringComparison.Ordinal)) return;
            _instruments.TryAdd(instrument, new());
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public void WriteTo(PrometheusText text)
    {
        foreach (var (instrument, all) in _instruments.OrderBy(i => i.Key.Name, StringComparer.Ordinal))
        {
            var isHistogram = instrument is Histogram<double>;
            var name = instrument.Name.Replace('.', '_');
            text.Family(isHistogram ? $"{name}_seconds" : $"{name}_total", isHistogram ? "histogram" : "counter", instrument.Description ?? name);
            foreach (var series in all.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => s.Value))
            {
                if (isHistogram) series.Buckets.WriteTo(text, series.Labels);
                else text.Sample(series.Count, series.Labels);
            }
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!_instruments.TryGetValue(instrument, out var all)) return;
        var key = Key(tags);
        if (!all.TryGetValue(key, out var series))
        {
            if (all.Count >= MostSeries) return;
            series = all.GetOrAdd(key, new Series(Labels(tags)));
        }
        if (instrument is Histogram<double>) series.Buckets.Add(value);
        else series.Add((long)value);
    }

    private static string Key(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = "";
        foreach (var (_, value) in tags) key += $"{value}\n";
        return key;
    }

    private static (string, string)[] Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new (string, string)[tags.Length];
        for (var i = 0; i < tags.Length; i++) labels[i] = (tags[i].Key, tags[i].Value?.ToString() ?? "");
        return labels;
    }

    private sealed class Series((string, string)[] labels)
    {
        private long _count;

        public (string, string)[] Labels => labels;

        public Buckets Buckets { get; } = new();

        public long Count => Interlocked.Read(ref _count);

        public void Add(long value) => Interlocked.Add(ref _count, value);
    }
}
