using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Headgate.Api.Contract;
using Headgate.Primitives;

namespace Headgate.Cli.Options;

/// <summary>Makers of options and arguments whose errors say what was given and what would do.</summary>
internal static class Given
{
    public static Argument<string> Ref(string of) => new(of) { Description = $"Name or id of the {of.ToLowerInvariant()}." };

    public static Option<string> Required(string name, string help, string value) =>
        new(name) { Description = help, HelpName = value, Required = true };

    public static Option<string?> Text(string name, string help, string value) => new(name) { Description = help, HelpName = value };

    public static Option<bool> Flag(string name, string help) => new(name) { Description = help };

    public static Option<string?> OneOf(string name, string help, params string[] values)
    {
        var option = new Option<string?>(name)
        {
            Description = help,
            HelpName = string.Join('|', values),
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (values.Contains(text)) return text;
                result.AddError($"'{text}' is not one of {string.Join(", ", values)} ({name}).");
                return null;
            },
        };
        option.CompletionSources.Add(values);
        return option;
    }

    /// <summary>A size in bytes: <c>10GiB</c>, <c>512MiB</c>, <c>4096</c>.</summary>
    public static Option<long?> Size(string name, string help, bool required = false) => new(name)
    {
        Description = help,
        HelpName = "SIZE",
        Required = required,
        CustomParser = result => ParseSize(result, name),
    };

    /// <summary>A whole number from <paramref name="least"/> on.</summary>
    public static Option<long?> Count(string name, string help, long least, string value = "N", bool required = false) => new(name)
    {
        Description = help,
        HelpName = value,
        Required = required,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (long.TryParse(text, out var number) && number >= least) return number;
            result.AddError($"'{text}' is not a whole number of at least {least} ({name}).");
            return null;
        },
    };

    /// <summary><c>a,b,c</c>; may be given several times.</summary>
    public static Option<string[]> Words(string name, string help, string value, params string[] allowed) => new(name)
    {
        Description = help,
        HelpName = value,
        DefaultValueFactory = _ => [],
        CustomParser = result =>
        {
            var words = result.Tokens
                .SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                .Distinct().ToArray();
            if (allowed.Length == 0) return words;
            foreach (var word in words.Except(allowed))
                result.AddError($"'{word}' is not one of {string.Join(", ", allowed)} ({name}).");
            return words;
        },
    };

    /// <summary><c>NAME=VALUE</c>, once for each.</summary>
    public static Option<Dictionary<string, string>> Pairs(string name, string help, string value) => new(name)
    {
        Description = help,
        HelpName = value,
        Arity = ArgumentArity.ZeroOrMore,
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
        CustomParser = result =>
        {
            var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var token in result.Tokens)
            {
                var equals = token.Value.IndexOf('=', StringComparison.Ordinal);
                if (equals <= 0) result.AddError($"'{token.Value}' is not of the form {value} ({name}).");
                else if (!pairs.TryAdd(token.Value[..equals], token.Value[(equals + 1)..]))
                    result.AddError($"'{token.Value[..equals]}' is given twice ({name}).");
            }
            return pairs;
        },
    };

    /// <summary><c>FROM:TO</c>, either of them left out for no bound on that side.</summary>
    public static Option<IopsRange?> Range(string name, string help) => new(name)
    {
        Description = help,
        HelpName = "FROM:TO",
        CustomParser = result =>
        {
            var parts = result.Tokens[0].Value.Split(':');
            if (parts.Length == 2 && Bound(parts[0], out var from) && Bound(parts[1], out var to) && (from ?? to) is not null && !(from > to))
                return new IopsRange(from, to);
            result.AddError($"'{result.Tokens[0].Value}' is not of the form FROM:TO with 0 <= FROM <= TO; either may be left out, not both ({name}).");
            return null;
        },
    };

    /// <summary><c>FROM:TO</c> of sizes, either of them left out.</summary>
    public static Option<(long? From, long? To)?> SizeRange(string name, string help) => new(name)
    {
        Description = help,
        HelpName = "FROM:TO",
        CustomParser = result =>
        {
            var parts = result.Tokens[0].Value.Split(':');
            if (parts.Length == 2 && SizeBound(parts[0], out var from) && SizeBound(parts[1], out var to) && (from ?? to) is not null && !(from > to))
                return (from, to);
            result.AddError($"'{result.Tokens[0].Value}' is not of the form FROM:TO with sizes like 10GiB; either may be left out, not both ({name}).");
            return null;
        },
    };

    /// <summary>A decimal number of at least 0, with a point.</summary>
    public static Option<decimal?> Price(string name, string help) => Number<decimal>(name, help, "PRICE", text =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price) ? price : null);

    /// <summary>A factor above 0, with a point.</summary>
    public static Option<double?> Factor(string name, string help) => Number<double>(name, help, "FACTOR", text =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var factor) && factor > 0 ? factor : null);

    private static Option<T?> Number<T>(string name, string help, string value, Func<string, T?> read) where T : struct => new(name)
    {
        Description = help,
        HelpName = value,
        CustomParser = result =>
        {
            if (read(result.Tokens[0].Value) is { } number) return number;
            result.AddError($"'{result.Tokens[0].Value}' is not a number like 0.05 ({name}).");
            return null;
        },
    };

    private static bool Bound(string text, out long? bound)
    {
        bound = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        return bound is not null || text.Length == 0;
    }

    private static bool SizeBound(string text, out long? bound)
    {
        bound = ByteSize.TryParse(text, out var size) && size.Bytes > 0 ? size.Bytes : null;
        return bound is not null || text.Length == 0;
    }

    private static long? ParseSize(ArgumentResult result, string name)
    {
        var text = result.Tokens[0].Value;
        if (ByteSize.TryParse(text, out var size) && size.Bytes > 0) return size.Bytes;
        result.AddError($"'{text}' is not a size; give one like 10GiB, 512MiB or a number of bytes ({name}).");
        return null;
    }
}
