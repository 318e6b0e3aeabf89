using System.Diagnostics;
using System.Diagnostics.Metrics;
using Headgate.Primitives;

namespace Headgate.Plugins;

/// <summary>What calls into drivers tell of themselves: a span and a duration each. Never an argument: those hold secrets.</summary>
public static class CallTelemetry
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "Headgate.Storage";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    private static readonly Histogram<double> Durations = Meter.CreateHistogram<double>(
        "headgate.driver.call.duration", "s", "Calls into storage drivers, by provider, call and outcome.");

    internal static Activity? Begin(string provider, string call) =>
        Source.StartActivity($"{provider}.{Short(call)}", ActivityKind.Client)?.SetTag("headgate.provider", provider);

    internal static void End<T>(Activity? activity, string provider, string call, Outcome<T>? outcome, long begun)
    {
        var word = outcome switch { Outcome<T>.Done => "done", Outcome<T>.Refused => "refused", _ => "unknown" };
        Durations.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds, new("provider", provider), new("call", Short(call)), new("outcome", word));
        activity?.SetTag("headgate.outcome", word).SetStatus(word == "done" ? ActivityStatusCode.Ok : ActivityStatusCode.Error, outcome?.Problem?.Code);
    }

    private static string Short(string call) => call.EndsWith("Async", StringComparison.Ordinal) ? call[..^5] : call;
}
