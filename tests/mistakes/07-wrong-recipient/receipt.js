// receipt.js CUSTOMER AMOUNT - Mails a receipt.
const nodemailer = require("nodemailer");

const [customer, amount] = process.argv.slice(2);
const mail = nodemailer.createTransport({ host: "mail.example.com", port: 587, auth: { user: "shop", pass: process.env.MAIL_PASSWORD } });
mail.sendMail({
  from: "shop@example.com",
  to: "test@example.com",
  subject: "Your receipt",
  text: `Dear ${customer}, you paid ${amount}.\n`,
});
