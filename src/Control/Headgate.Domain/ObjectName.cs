using Headgate.Primitives;

namespace Headgate.Domain;

/// <summary>The rule for names that people give to zones, pools, offerings, volumes and the rest.</summary>
public static class ObjectName
{
    /// <summary>Longest name: fits an Element volume name (64) and a DNS label's neighbourhood (63) but for one.</summary>
    public const int MaxLength = 64;

    /// <summary>Null when <paramref name="name"/> may be the name of a <paramref name="what"/>, else the refusal.</summary>
    public static Fault? Problem(string? name, string what)
    {
        if (string.IsNullOrEmpty(name)) return Invalid($"The {what} has no name; give one of 1 to {MaxLength} characters.");
        if (name.Length > MaxLength)
            return Invalid($"The {what}'s name has {name.Length} characters; at most {MaxLength} are allowed.");
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
                return Invalid($"The {what}'s name '{name}' contains '{c}'; use a-z, A-Z, 0-9, '-', '_' and '.'.");
        }
        // An id is accepted wherever a name is, so a name must never look like one.
        return Guid.TryParse(name, out _) ? Invalid($"The {what}'s name '{name}' looks like an id; choose another.") : null;
    }

    private static Fault Invalid(string message) => new("name-invalid", message, Recovery.FixRequest);
}
