using System.Net;
using System.Net.Sockets;

namespace Shop.Users.Tests;

public sealed class StartTests
{
    [Theory]
    [InlineData("hunter2")]
    [InlineData("mysql://shop:hunter2@db/shop")]
    [InlineData("postgres://shop:hunter2@db:port/shop")]
    [InlineData("postgres://shop:hunter2@db")]
    [InlineData("postgres://:hunter2@db/shop")]
    [InlineData("postgres://shop:hunter2@/shop")]
    [InlineData("postgres://shop:hunter2#x@db/shop")]
    [InlineData("postgres://shop:hunter2@db/shop?sslmode=hunter2")]
    [InlineData("postgres://shop:hunter2@db/shop?password=hunter2")]
    public async Task A_bad_DATABASE_URL_is_one_line_that_names_it_and_hides_the_password(string url)
    {
        var (code, errors) = await ShopProcess.RunAsync(("DATABASE_URL", url));
        Assert.Equal(1, code);
        Assert.StartsWith("users: DATABASE_URL: ", Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PORT", "http")]
    [InlineData("PORT", "65536")]
    [InlineData("POD_IP", "here")]
    [InlineData("SHOP_DATABASE", "/no/such/folder/shop.db")]
    [InlineData("SHOP_DATABASE", "/tmp")]
    public async Task A_bad_variable_is_one_line_that_names_it(string name, string value)
    {
        var (code, errors) = await ShopProcess.RunAsync((name, value));
        Assert.Equal(1, code);
        var line = Assert.Single(errors.TrimEnd().Split('\n'));
        Assert.StartsWith($"users: {name}: ", line, StringComparison.Ordinal);
        Assert.Contains(value.Split("/shop.db")[0], line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_port_in_use_is_one_line_that_names_the_address(bool byUrls)
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        var port = ((IPEndPoint)other.LocalEndPoint!).Port;
        var (code, errors) = await ShopProcess.RunAsync(byUrls ? ("ASPNETCORE_URLS", $"http://127.0.0.1:{port}") : ("PORT", $"{port}"));
        Assert.Equal(1, code);
        Assert.Contains($"127.0.0.1:{port}", Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unusable_ASPNETCORE_URLS_is_one_line_that_names_it()
    {
        var (code, errors) = await ShopProcess.RunAsync(("ASPNETCORE_URLS", "here"));
        Assert.Equal(1, code);
        Assert.Contains("ASPNETCORE_URLS", Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASPNETCORE_URLS_wins_over_the_pod_s_address()
    {
        await using var shop = await ShopProcess.StartReadyAsync(("ASPNETCORE_URLS", "http://127.0.0.3:0"), ("POD_IP", "127.0.0.2"));
        Assert.Equal("127.0.0.3", shop.Url.Host);
    }

    [Fact]
    public async Task It_listens_on_the_pod_s_address_only()
    {
        await using var shop = await ShopProcess.StartReadyAsync(("POD_IP", "127.0.0.2"));
        Assert.Equal("127.0.0.2", shop.Url.Host);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await Assert.ThrowsAsync<SocketException>(() => socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, shop.Url.Port)));
    }

    [Fact]
    public async Task The_default_database_is_a_file_in_the_working_folder()
    {
        await using var shop = await ShopProcess.StartReadyAsync();
        Assert.True(File.Exists(shop.File("shop.db")));
        Assert.Equal("", shop.Errors);
    }
}
