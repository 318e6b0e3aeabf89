using System.Text.Json;
using System.Text.Json.Serialization;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Headgate.Persistence.Mapping;

/// <summary>How values without a column type of their own are written: JSON, camelCase, enums by name, sizes in bytes.</summary>
internal static class StoredJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(), new ByteSizeAsNumber() },
    };

    private sealed class ByteSizeAsNumber : JsonConverter<ByteSize>
    {
        public override ByteSize Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(reader.GetInt64());

        public override void Write(Utf8JsonWriter writer, ByteSize value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value.Bytes);
    }
}

/// <summary>A value as a JSON text column: the same on every database.</summary>
internal sealed class JsonText<T>() : ValueConverter<T, string>(
    value => JsonSerializer.Serialize(value, StoredJson.Options),
    text => JsonSerializer.Deserialize<T>(text, StoredJson.Options)!)
    where T : class;

/// <summary>Compares by what would be stored; stored values are immutable, so a snapshot is the value itself.</summary>
internal sealed class JsonTextComparer<T>() : ValueComparer<T>(
    (a, b) => JsonSerializer.Serialize(a, StoredJson.Options) == JsonSerializer.Serialize(b, StoredJson.Options),
    value => JsonSerializer.Serialize(value, StoredJson.Options).GetHashCode(StringComparison.Ordinal),
    value => value)
    where T : class;

/// <summary>A point in time as UTC ticks (100 ns since 0001-01-01), which every database can order and compare.</summary>
internal sealed class UtcTicks() : ValueConverter<DateTimeOffset, long>(
    value => value.UtcTicks, ticks => new DateTimeOffset(ticks, TimeSpan.Zero));

/// <summary>A size as its bytes.</summary>
internal sealed class Bytes() : ValueConverter<ByteSize, long>(value => value.Bytes, bytes => new ByteSize(bytes));
