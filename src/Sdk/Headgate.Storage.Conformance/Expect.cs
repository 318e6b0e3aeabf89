using Headgate.Primitives;

namespace Headgate.Storage.Conformance;

/// <summary>What rules want of outcomes.</summary>
public static class Expect
{
    /// <summary>The value of a done outcome.</summary>
    public static T Done<T>(Outcome<T> outcome, string what)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return outcome is Outcome<T>.Done done ? done.Value : throw new ConformanceException($"{what}: wanted Done, was {Show(outcome)}");
    }

    /// <summary>A refusal with exactly this code.</summary>
    public static void Refused<T>(string code, Outcome<T> outcome, string what)
    {
        if (outcome is not Outcome<T>.Refused refused || refused.Fault.Code != code)
            throw new ConformanceException($"{what}: wanted Refused {code}, was {Show(outcome)}");
    }

    /// <summary>Unknown.</summary>
    public static void Unknown<T>(Outcome<T> outcome, string what)
    {
        if (outcome is not Outcome<T>.Unknown) throw new ConformanceException($"{what}: wanted Unknown, was {Show(outcome)}");
    }

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

    private static string Show<T>(Outcome<T> outcome) => outcome.Match(
        static value => $"Done {value}",
        static fault => $"Refused {fault}",
        static fault => $"Unknown {fault}");
}
