using Headgate.Primitives;

namespace Headgate.Primitives.Tests;

public sealed class IscsiNameTests
{
    [Theory]
    [InlineData("iqn.1993-08.org.debian:01:abc")]
    [InlineData("iqn.2010-01.com.solidfire:1mhp.db1.7")]
    [InlineData("eui.02004567a425678d")]
    [InlineData("naa.52004567ba64678d")]
    [InlineData("naa.62004567ba64678d0123456789abcdef")]
    public void Lawful_names_are_accepted(string name) => Assert.Null(IscsiName.Problem(name));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("iqn.")]
    [InlineData("iqn.93-08.org")]
    [InlineData("iqn.1993-08.")]
    [InlineData("iqn.1993-08.ORG.debian")]
    [InlineData("iqn.1993-08.org.debian:a b")]
    [InlineData("iqn.1993-08.org.debian:a\n")]
    [InlineData("eui.123")]
    [InlineData("naa.52004567ba64678")]
    [InlineData("wwn.52004567ba64678d")]
    public void Unlawful_names_are_refused_with_a_sentence(string? name) => Assert.NotEmpty(IscsiName.Problem(name) ?? "");

    [Fact]
    public void A_name_may_have_223_characters_and_no_more()
    {
        var longest = "iqn.1993-08.org.debian:".PadRight(IscsiName.MaxBytes, 'a');
        Assert.Null(IscsiName.Problem(longest));
        Assert.NotNull(IscsiName.Problem(longest + "a"));
    }
}
