using System.Text.Json.Nodes;
using Headgate.Element.Contracts;

namespace Headgate.Node.ElementApi;

/// <summary>
/// What a new volume looks like to a host. Element knows enable512e only; the rest is asked for in the member "headgate" of the
/// attributes, which any Element client can set and other clusters ignore:
/// <c>{"headgate": {"geometry": "512" | "512e" | "4Kn", "removable": bool, "unmap": bool}}</c>.
/// </summary>
/// <param name="Enable512e">Logical blocks of 512 bytes.</param>
/// <param name="Plain512">Physical blocks of 512 bytes, too.</param>
/// <param name="Removable">Can be ejected.</param>
/// <param name="HidesUnmap">Does not tell hosts that it is thin.</param>
internal readonly record struct VolumeShape(bool Enable512e, bool Plain512, bool Removable, bool HidesUnmap)
{
    private const string Member = "headgate";

    /// <exception cref="ElementFault">The member is there and cannot be understood, or says other than enable512e.</exception>
    public static VolumeShape Of(CreateVolumeParams asked)
    {
        var plain = new VolumeShape(asked.Enable512e ?? true, false, false, false);
        if (asked.Attributes is null || !asked.Attributes.TryGetPropertyValue(Member, out var node) || node is null) return plain;
        if (node is not JsonObject wishes) throw Refuse("is not an object");
        var shape = plain;
        foreach (var (name, value) in wishes)
        {
            shape = name switch
            {
                "geometry" => WithGeometry(shape, asked.Enable512e, value),
                "removable" => shape with { Removable = Flag(name, value) },
                "unmap" => shape with { HidesUnmap = !Flag(name, value) },
                _ => throw Refuse($"has the member {name}, which is not known"),
            };
        }
        return shape;
    }

    private static VolumeShape WithGeometry(VolumeShape shape, bool? enable512e, JsonNode? value)
    {
        var word = value is JsonValue text && text.TryGetValue<string>(out var given) ? given : null;
        var (small, plain) = word switch
        {
            "512" => (true, true),
            "512e" => (true, false),
            "4Kn" => (false, false),
            _ => throw Refuse("has a geometry other than \"512\", \"512e\" and \"4Kn\""),
        };
        if (enable512e is { } said && said != small) throw Refuse($"has geometry {word} where enable512e is {(said ? "true" : "false")}");
        return shape with { Enable512e = small, Plain512 = plain };
    }

    private static bool Flag(string name, JsonNode? value) =>
        value is JsonValue flag && flag.TryGetValue<bool>(out var given) ? given : throw Refuse($"has {name} other than true and false");

    private static ElementFault Refuse(string what) => ElementFault.Invalid(
        $"attributes.{Member} {what}; it may hold geometry (512, 512e or 4Kn), removable and unmap (true or false).");
}
