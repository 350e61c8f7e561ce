using CsCheck;
using Npgsql;
using Shop.Users.Data;

namespace Shop.Users.Tests;

public sealed class SettingsTests
{
    [Theory]
    [InlineData("", "http://127.0.0.1:5080")]
    [InlineData("PORT=8080", "http://127.0.0.1:8080")]
    [InlineData("POD_IP=127.1.2.3;PORT=8080", "http://127.1.2.3:8080")]
    [InlineData("POD_IP=::1;PORT=8080", "http://[::1]:8080")]
    [InlineData("PORT= 8080 ;POD_IP= ", "http://127.0.0.1:8080")]
    [InlineData("ASPNETCORE_URLS=http://*:1;PORT=x", null)]
    public void The_address_comes_from_the_environment(string environment, string? url) => Assert.Equal(url, Read(environment).Url);

    [Fact]
    public void By_hand_the_pod_is_the_machine() => Assert.Equal(Environment.MachineName, Read("").Pod);

    [Theory]
    [InlineData("postgres://u:p@db/shop", "Host=db;Username=u;Password=p;Database=shop")]
    [InlineData("postgresql://u@db:6432/shop", "Host=db;Port=6432;Username=u;Database=shop")]
    [InlineData("postgres://u:a:b@[::1]:6432/shop", "Host=::1;Port=6432;Username=u;Password=\"a:b\";Database=shop")]
    [InlineData("postgres://u@db/shop?sslmode=verify-full&sslrootcert=/ca.pem", "Host=db;Username=u;Database=shop;SSL Mode=VerifyFull;Root Certificate=/ca.pem")]
    [InlineData("postgres://u@db/shop?sslmode=require&connect_timeout=3", "Host=db;Username=u;Database=shop;SSL Mode=Require;Timeout=3")]
    [InlineData("postgres://u@db/shop?application_name=a%20b", "Host=db;Username=u;Database=shop;Application Name=a b")]
    public void A_database_URL_becomes_a_connection_string(string url, string expected) =>
        Assert.Equivalent(new NpgsqlConnectionStringBuilder(expected), new NpgsqlConnectionStringBuilder(PostgresSettings.Parse(url).ConnectionString));

    [Fact]
    public void Whatever_a_name_or_password_holds_arrives_unchanged()
    {
        var text = Gen.OneOf(Gen.Char['!', '~'], Gen.Char["äß€ 漢"], Gen.Char["%/:@?#&=;'\"\\."]).Array[1, 12].Select(c => new string(c));
        Gen.Select(text, text, text).Where((user, _, database) => user.Trim() == user && database.Trim('.', ' ') == database).Sample((user, password, database) =>
        {
            var url = $"postgres://{Uri.EscapeDataString(user)}:{Uri.EscapeDataString(password)}@db:6432/{Uri.EscapeDataString(database)}";
            var settings = PostgresSettings.Parse(url);
            var connection = new NpgsqlConnectionStringBuilder(settings.ConnectionString);
            Assert.Equal((user, password, database), (connection.Username, connection.Password, connection.Database));
            Assert.Equal($"PostgreSQL db:6432/{database}", settings.ToString());
        });
    }

    private static Settings Read(string environment)
    {
        var variables = environment.Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(v => v.Split('=', 2)).ToDictionary(v => v[0], v => v[1]);
        return Settings.Read(name => variables.GetValueOrDefault(name));
    }
}
