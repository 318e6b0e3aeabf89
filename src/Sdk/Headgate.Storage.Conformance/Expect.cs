using Headgate.Primitives;

namespace Headgate.Storage.Conformance;

/// <summary>What rules want of outcomes.</summary>
internal static class Expect
{
    /// <summary>The value of a done outcome.</summary>
    public static T Done<T>(Outcome<T> outcome, string what) =>
        outcome is Outcome<T>.Done done ? done.Value : throw new ConformanceException($"{what}: wanted Done, was {Show(outcome)}");

    /// <summary>A refusal with one of these codes.</summary>
    public static Fault Refused<T>(Outcome<T> outcome, string what, params ReadOnlySpan<string> codes) =>
        outcome is Outcome<T>.Refused { Fault: var fault } && codes.Contains(fault.Code)
            ? fault
            : throw new ConformanceException($"{what}: wanted Refused {string.Join(" or ", codes)}, was {Show(outcome)}");

    /// <summary>Equal.</summary>
    public static void Equal<T>(T wanted, T seen, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(wanted, seen)) throw new ConformanceException($"{what}: wanted {wanted}, was {seen}");
    }

    /// <summary>True.</summary>
    public static void True(bool holds, string what)
    {
        if (!holds) throw new ConformanceException(what);
    }

    private const int Longest = 200; // characters of a value in the evidence

    private static string Short(string text) => text.Length <= Longest ? text : text[..Longest] + "...";

    private static string Show<T>(Outcome<T> outcome) => outcome.Match(
        static value => $"Done {Short($"{value}")}",
        static fault => $"Refused {fault}",
        static fault => $"Unknown {fault}");
}
