using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Headgate.Api.Metrics;

/// <summary>Counts requests and the time they took, by method, route template and status: a bounded number of series.</summary>
internal sealed class RequestMetrics
{
    private const string NoRoute = "none";
    private const string OtherMethod = "other";
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

    private readonly ConcurrentDictionary<(string Method, string Route, int Status), Series> _series = new();
    private readonly ConcurrentDictionary<(string Method, string Route), Buckets> _durations = new();

    public async Task MeasureAsync(HttpContext context, RequestDelegate next)
    {
        var begun = Stopwatch.GetTimestamp();
        Series? counted = null;
        // Before the first byte of the answer: who has it and asks for the metrics finds itself counted.
        context.Response.OnStarting(() =>
        {
            if (counted is null) (counted = Of(context)).Count();
            return Task.CompletedTask;
        });
        try
        {
            await next(context);
        }
        finally
        {
            if (counted is null) (counted = Of(context)).Count(); // nothing is sent yet: an answer without a body goes out when all is over
            var took = Stopwatch.GetElapsedTime(begun);
            counted.Took(took);
            var (method, route) = Of(context.Request.Method, context.GetEndpoint());
            _durations.GetOrAdd((method, route), _ => new Buckets()).Add(took.TotalSeconds);
        }
    }

    public void WriteTo(PrometheusText text)
    {
        var rows = _series.OrderBy(s => s.Key.Route, StringComparer.Ordinal).ThenBy(s => s.Key.Method, StringComparer.Ordinal)
            .ThenBy(s => s.Key.Status).ToList();
        text.Family("headgate_http_requests_total", "counter", "HTTP requests answered.");
        foreach (var (key, series) in rows) text.Sample(series.Requests, Labels(key));
        text.Family("headgate_http_request_seconds_total", "counter", "Time spent on HTTP requests, open event streams included.");
        foreach (var (key, series) in rows) text.Sample(series.Seconds, Labels(key));
        text.Family("headgate_http_request_duration_seconds", "histogram", "How long HTTP requests took, open event streams included.");
        foreach (var (key, buckets) in _durations.OrderBy(s => s.Key.Route, StringComparer.Ordinal).ThenBy(s => s.Key.Method, StringComparer.Ordinal))
            buckets.WriteTo(text, [("method", key.Method), ("route", key.Route)]);
    }

    private Series Of(HttpContext context)
    {
        var (method, route) = Of(context.Request.Method, context.GetEndpoint());
        return _series.GetOrAdd((method, route, context.Response.StatusCode), _ => new Series());
    }

    // The template, never the path: a path holds names and is unbounded. The same goes for invented methods.
    private static (string Method, string Route) Of(string method, Endpoint? endpoint) =>
        (Methods.FirstOrDefault(m => m == method) ?? OtherMethod, (endpoint as RouteEndpoint)?.RoutePattern.RawText ?? NoRoute);

    private static (string, string)[] Labels((string Method, string Route, int Status) key) =>
        [("method", key.Method), ("route", key.Route), ("status", key.Status.ToString(CultureInfo.InvariantCulture))];

    private sealed class Series
    {
        private long _count;
        private long _ticks;

        public long Requests => Interlocked.Read(ref _count);

        public double Seconds => TimeSpan.FromTicks(Interlocked.Read(ref _ticks)).TotalSeconds;

        public void Count() => Interlocked.Increment(ref _count);

        public void Took(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);
    }
}
