/// A made-up authority and what it signed for `payer.example`; for tests on this computer, trusted by nothing else.
enum TestCertificates {
    /// Until the end of 2123.
    static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBmTCCAT+gAwIBAgIUZLGaTuEH0fXOSgexSF6fNUQWREswCgYIKoZIzj0EAwIw
        GTEXMBUGA1UEAwwOVGVzdCBBdXRob3JpdHkwIBcNMjQwMTAxMDAwMDAwWhgPMjEy
        MzEyMDgwMDAwMDBaMBkxFzAVBgNVBAMMDlRlc3QgQXV0aG9yaXR5MFkwEwYHKoZI
        zj0CAQYIKoZIzj0DAQcDQgAEP2Nry5GrhlMX6ZJQ5qZN+uvxRTIiv64nSSZ5cxBA
        0jzPEATEUW7WmIYTNhUx07+BNxQR+PQ/lTiiQr2Udws9a6NjMGEwHQYDVR0OBBYE
        FMv+JySWM2Hbj6Ii/Hoczw9+Ywm0MB8GA1UdIwQYMBaAFMv+JySWM2Hbj6Ii/Hoc
        zw9+Ywm0MA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgIEMAoGCCqGSM49
        BAMCA0gAMEUCIHBhdPfJ0rRNYmtao/LKCwkZa9H2kZAKd1zkV7LlQ0uXAiEA7uUt
        kZu7YzCR/fj0hsKdMIfznf3b7xeJHx98EGJUTyQ=
        -----END CERTIFICATE-----
        """

    /// Signed by the authority, until 2123-01-01.
    static let server = """
        -----BEGIN CERTIFICATE-----
        MIIBkzCCATmgAwIBAgIBBTAKBggqhkjOPQQDAjAZMRcwFQYDVQQDDA5UZXN0IEF1
        dGhvcml0eTAgFw0yNDAxMDEwMDAwMDBaGA8yMTIzMDEwMTAwMDAwMFowGDEWMBQG
        A1UEAwwNcGF5ZXIuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABMMG
        9PB0t3aPkOL0RY+UNmYYUzVs1bRDrs95Occ6ysbsUWSDFHnvNs3SwOE8YdHyf2zL
        VO6KjiCgak2fo+l3bfyjcTBvMBgGA1UdEQQRMA+CDXBheWVyLmV4YW1wbGUwEwYD
        VR0lBAwwCgYIKwYBBQUHAwEwHQYDVR0OBBYEFBecQSeFQa8rCwSnG6pq2YH1hP8C
        MB8GA1UdIwQYMBaAFMv+JySWM2Hbj6Ii/Hoczw9+Ywm0MAoGCCqGSM49BAMCA0gA
        MEUCIQChTmgdOfgE+/XVYnZBxZanMzRZpG4ExAGKTWK5X0fjdwIgBbsZlXdPG6tm
        y0cQGwVnGI4KkuYcV4pB1wSnWWXBc7Q=
        -----END CERTIFICATE-----
        """

    /// Signed by the authority, for the same key; it ended on 2025-01-01.
    static let expired = """
        -----BEGIN CERTIFICATE-----
        MIIBkTCCATegAwIBAgIBBDAKBggqhkjOPQQDAjAZMRcwFQYDVQQDDA5UZXN0IEF1
        dGhvcml0eTAeFw0yNDAxMDEwMDAwMDBaFw0yNTAxMDEwMDAwMDBaMBgxFjAUBgNV
        BAMMDXBheWVyLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATDBvTw
        dLd2j5Di9EWPlDZmGFM1bNW0Q67PeTnHOsrG7FFkgxR57zbN0sDhPGHR8n9sy1Tu
        io4goGpNn6Ppd238o3EwbzAYBgNVHREEETAPgg1wYXllci5leGFtcGxlMBMGA1Ud
        JQQMMAoGCCsGAQUFBwMBMB0GA1UdDgQWBBQXnEEnhUGvKwsEpxuqatmB9YT/AjAf
        BgNVHSMEGDAWgBTL/ickljNh24+iIvx6HM8PfmMJtDAKBggqhkjOPQQDAgNIADBF
        AiAdUNDaH6RymXe2VOXN50taoBGCnsjwYYy69M1LFeQjuQIhAK0k1zSeMEIcfl4A
        s8wouYkT+2HlM9Zw2uHly6P/7fKz
        -----END CERTIFICATE-----
        """

    /// The key of both.
    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgFBN9IfkyE3tlzkor
        dts3KoxQCa9Gg/7Mr5tY6/FKFTuhRANCAATDBvTwdLd2j5Di9EWPlDZmGFM1bNW0
        Q67PeTnHOsrG7FFkgxR57zbN0sDhPGHR8n9sy1Tuio4goGpNn6Ppd238
        -----END PRIVATE KEY-----
        """
}
