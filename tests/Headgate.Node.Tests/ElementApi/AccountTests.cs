namespace Headgate.Node.Tests.ElementApi;

public sealed class AccountTests : IAsyncLifetime
{
    private RunningNode _node = null!;

    public async ValueTask InitializeAsync() => _node = await RunningNode.StartAsync();

    public async ValueTask DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task Secrets_that_are_not_given_are_made_and_equal_ones_are_taken()
    {
        var made = (await _node.CallAsync("AddAccount", """{"username":"a"}""")).GetProperty("account");
        Assert.Equal(16, made.GetProperty("initiatorSecret").GetString()!.Length);
        Assert.NotEqual(made.GetProperty("initiatorSecret").GetString(), made.GetProperty("targetSecret").GetString());
        var cinder = await _node.CallAsync(
            "AddAccount", """{"username":"b","initiatorSecret":"abcdefghijkl","targetSecret":"abcdefghijkl","attributes":{}}""");
        Assert.Equal("abcdefghijkl", cinder.GetProperty("account").GetProperty("targetSecret").GetString());
    }

    [Theory]
    [InlineData("short")]
    [InlineData("seventeen-letters")]
    [InlineData("not-ascii-äöüß")]
    public async Task Secrets_of_the_wrong_length_or_letters_are_refused_without_showing_them(string secret)
    {
        var (name, message) = await _node.RefusalAsync("AddAccount", $$"""{"username":"a","initiatorSecret":"{{secret}}"}""");
        Assert.Equal("xInvalidParameter", name);
        Assert.DoesNotContain(secret, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_account_is_called_so_in_name_and_message()
    {
        Assert.Equal(("xUnknownAccount", "xUnknownAccount"), await _node.RefusalAsync("GetAccountByName", """{"username":"nobody"}"""));
        Assert.Equal(("xUnknownAccount", "xUnknownAccount"), await _node.RefusalAsync("GetAccountByID", """{"accountID":77}"""));
        Assert.Equal(("xAccountIDDoesNotExist", "Illegal AccountID 77"), await _node.RefusalAsync("ListVolumesForAccount", """{"accountID":77}"""));
    }

    [Fact]
    public async Task A_user_name_is_given_once()
    {
        await _node.AccountAsync("a");
        Assert.Equal("xDuplicateUsername", (await _node.RefusalAsync("AddAccount", """{"username":"a"}""")).Name);
        var other = await _node.AccountAsync("b");
        Assert.Equal("xDuplicateUsername", (await _node.RefusalAsync("ModifyAccount", $$"""{"accountID":{{other}},"username":"a"}""")).Name);
        await _node.CallAsync("ModifyAccount", $$"""{"accountID":{{other}},"username":"c"}""");
        await _node.AccountAsync("b");
    }

    [Theory]
    [InlineData("AddAccount", "{}", "username")]
    [InlineData("CreateVolume", "{\"name\":\"x\",\"totalSize\":1000000000}", "accountID")]
    [InlineData("DeleteVolume", "{}", "volumeID")]
    [InlineData("AddVolumesToVolumeAccessGroup", "{}", "volumeAccessGroupID")]
    public async Task A_missing_parameter_is_named(string method, string parameters, string member)
    {
        Assert.Equal(("xMissingParameter", $"Missing member=[{member}]"), await _node.RefusalAsync(method, parameters));
    }
}
