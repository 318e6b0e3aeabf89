using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Headgate.Element.Wire;

// Times are UTC with a Z: whole seconds for objects, microseconds in statistics and sessions. "Not set" is "" for some
// members (deleteTime, purgeTime) and null for others (lastAccessTime): clients test for exactly that.

internal static class ElementTime
{
    public const string Seconds = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    public const string Micros = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    public static DateTimeOffset? Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType != JsonTokenType.String) throw new JsonException("A time is wanted here.");
        var text = reader.GetString()!;
        if (text.Length == 0) return null;
        const DateTimeStyles utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, utc, out var time)
            ? time
            : throw new JsonException("A time like 2026-01-31T12:00:00Z is wanted here.");
    }

    public static string Text(DateTimeOffset time, string format) => time.UtcDateTime.ToString(format, CultureInfo.InvariantCulture);
}

/// <summary>Always set, whole seconds.</summary>
internal sealed class SecondsTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ElementTime.Read(ref reader) ?? default;

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(ElementTime.Text(value, ElementTime.Seconds));
}

/// <summary>Always set, microseconds.</summary>
internal sealed class MicrosTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ElementTime.Read(ref reader) ?? default;

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(ElementTime.Text(value, ElementTime.Micros));
}

/// <summary>Whole seconds; not set is "".</summary>
internal sealed class TimeOrEmptyConverter : JsonConverter<DateTimeOffset?>
{
    public override bool HandleNull => true;

    public override DateTimeOffset? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ElementTime.Read(ref reader);

    public override void Write(Utf8JsonWriter writer, DateTimeOffset? value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value is { } time ? ElementTime.Text(time, ElementTime.Seconds) : "");
}

/// <summary>Whole seconds; not set is null.</summary>
internal sealed class TimeOrNullConverter : JsonConverter<DateTimeOffset?>
{
    public override bool HandleNull => true;

    public override DateTimeOffset? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ElementTime.Read(ref reader);

    public override void Write(Utf8JsonWriter writer, DateTimeOffset? value, JsonSerializerOptions options)
    {
        if (value is { } time) writer.WriteStringValue(ElementTime.Text(time, ElementTime.Seconds));
        else writer.WriteNullValue();
    }
}
