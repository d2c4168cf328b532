/// Words that people build passwords of, and that are therefore tried first.
enum CommonPasswords {
    static let all: Set<[UInt8]> = Set(words.split(whereSeparator: \.isWhitespace).map { Array($0.utf8) })

    private static let words = """
        password passwort passw0rd p4ssword pass letmein welcome welcome1 admin administrator root login master secret changeme change default
        guest user test testing tester demo example sample hello hello1 iloveyou iloveu loveyou love sunshine princess monkey dragon shadow
        football baseball basketball soccer hockey superman batman spiderman starwars pokemon michael jennifer jordan daniel jessica ashley
        charlie thomas robert matthew andrew joshua hunter killer trustno1 whatever freedom ninja mustang access flower cheese summer winter
        spring autumn monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september
        october november december qwerty qwertyuiop qwertz azerty asdf asdfgh asdfghjkl zxcv zxcvbn zxcvbnm qazwsx qazwsxedc 1q2w3e 1q2w3e4r
        1q2w3e4r5t 1qaz2wsx zaq12wsx abc abc123 abcd abcdef abcdefg abcdefgh abcdefghijklmnop 123 1234 12345 123456 1234567 12345678 123456789
        1234567890 0987654321 987654321 87654321 7654321 654321 54321 4321 321 000 111 222 333 444 555 666 777 888 999 1111 2222 121212 112233
        123123 123321 159753 147258 147258369 789456123 2020 2021 2022 2023 2024 2025 2026 2027 1990 1991 1992 1993 1994 1995 1996 1997 1998
        1999 2000 computer internet server network database security secure safe money dollar health healthcare healthplan plan insurance
        insurer payer payerbridge bridge member medical medicare medicaid hospital doctor company business corporate office developer portal
        correcthorsebatterystaple correct horse battery staple thequickbrownfox quick brown fox jumps over lazy dog tobeornottobe maytheforce
        iamironman openup opensesame sesame letme inplease please google facebook twitter amazon microsoft windows apple iphone samsung linux
        cookie chocolate pepper ginger buster tigger maggie bailey lovely angel angels babygirl butterfly purple yellow orange silver golden
        the and you your are this that with for not its mypassword mypass newpassword newpass yourpassword thisisapassword
        """
}
