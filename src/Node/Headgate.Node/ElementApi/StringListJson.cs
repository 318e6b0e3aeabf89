using System.Text.Json.Serialization;

namespace Headgate.Node.ElementApi;

/// <summary>How a plain list of names is written.</summary>
[JsonSerializable(typeof(string[]))]
internal sealed partial class StringListJson : JsonSerializerContext;
