using System.Text.Json;
using Headgate.Primitives;

namespace Headgate.Api.Routes;

/// <summary>Enums as the words of the contract, which are camelCase names, and back.</summary>
internal static class Words
{
    /// <summary>The word of <paramref name="value"/>, for example <c>minIops</c>.</summary>
    public static string Of<T>(T value) where T : struct, Enum => Of(value.ToString());

    /// <summary>The value with this word, or the refusal that lists the words there are.</summary>
    public static Outcome<T> Read<T>(string word, string member) where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (Of(value) == word) return value;
        }
        return Unknown(member, word, Enum.GetValues<T>().Select(v => Of(v)));
    }

    /// <summary>The refusal of a word that stands for nothing.</summary>
    public static Fault Unknown(string member, string word, IEnumerable<string> known) => new(
        "value-unknown", $"{member} is '{word}'; it must be one of {string.Join(", ", known)}.", Recovery.FixRequest);

    private static string Of(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);
}
